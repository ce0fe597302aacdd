import { expect, test } from '@jest/globals';
import { checkKubeVersion } from '../../../lib/domain/helm/kube-version.ts';

test.each([
  ['', 'v1.34.4', true],
  ['>=1.25.0', 'v1.34.4', true],
  ['>= 1.35.0', 'v1.34.4', false],
  ['>=1.25.0', 'v1.34.4+k3s1', true],
  ['>=1.25.0', 'v1.34.4-eks-113cf36', false],
  ['>=1.25.0-0', 'v1.34.4-eks-113cf36', true],
  ['>=1.25.0-0', 'v1.24.9-gke.100', false],
  ['>=1.25.0-0, <1.35.0-0', 'v1.34.4-gke.1', true],
  ['>=1.25.0-0, <1.34.0', 'v1.34.4', false],
  ['>=1.25 <1.30 || >=1.33', 'v1.34.4', true],
  ['>=1.25 <1.30 || >=1.35', 'v1.34.4', false],
  ['=>1.25.0', 'v1.34.4', true],
  ['~>1.34.0', 'v1.34.4', true],
  ['^1.20.0', 'v1.34.4', true],
  ['1.30 - 1.34', 'v1.34.4', true],
  ['>=1.30, !=1.34.4', 'v1.34.4', false],
  ['!=1.34.4', 'v1.34.3', true],
  ['1.34.x', 'v1.34.4', true],
  ['what is this', 'v1.34.4', true],
])('kubeVersion %j on %s: %s', (range, server, ok) => {
  expect(checkKubeVersion(range, server)).toEqual({ ok });
});
