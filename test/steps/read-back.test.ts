import { expect, test } from '@jest/globals';
import type { ObjectId } from '../../lib/domain/kubernetes.ts';
import type { Kube } from '../../lib/ports/kube.ts';
import type { Registry } from '../../lib/ports/registry.ts';
import type { RunningContainer } from '../../lib/ports/rollout.ts';
import { readBack } from '../../lib/steps/read-back.ts';

const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
const release = { name: 'shop', namespace: 'prod' };
const workload = (name: string): ObjectId => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'prod',
  name,
});
const expected = {
  gated: [workload('web'), workload('api')],
  objects: [],
  images: {
    'Deployment/web/app': `acme/web@${digestOf('a')}`,
    'Deployment/api/app': `acme/api@${digestOf('b')}`,
    'Deployment/not-gated/app': `acme/other@${digestOf('c')}`,
  },
};
const runs = (name: string, letter: string): RunningContainer => ({
  container: `Deployment/${name}/app`,
  pod: `${name}-1`,
  asked: '',
  imageId: letter === '' ? '' : `acme/${name}@${digestOf(letter)}`,
});
const good = [runs('web', 'a'), runs('api', 'b')];

test.each([
  ['everything, as asked', good, 'nothing more is asked'],
  ['nothing', [], 'it is read afresh'],
  ['not every workload', [runs('web', 'a')], 'it is read afresh'],
  ['another image', [runs('web', 'a'), runs('api', 'd')], 'it is read afresh'],
  ['a container that has not started', [runs('web', 'a'), runs('api', '')], 'it is read afresh'],
] as const)('the watcher saw %s: %s', async (_, seen, outcome) => {
  let asked = 0;
  const ports = {
    kube: { get: async () => undefined } as unknown as Kube,
    registry: {
      resolve: async () => ({ kind: 'unknown', reason: 'not now' }),
    } as unknown as Registry,
    running: {
      of: async () => {
        asked += 1;
        return good;
      },
    },
  };
  expect(await readBack(release, expected, ports, seen)).toMatchObject({ outcome: 'pass' });
  expect(asked).toBe(outcome === 'nothing more is asked' ? 0 : 1);
});
