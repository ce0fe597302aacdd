import { expect, test } from '@jest/globals';
import { parsePlacements } from '../../../lib/domain/images/place.ts';
import { missingImages, renderedImages } from '../../../lib/domain/images/rendered.ts';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;

test('images of pods, workloads, jobs, cron jobs and things shaped like them', () => {
  const manifest = `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, image: a}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {spec: {initContainers: [{name: i, image: b}], containers: [{name: c, image: c}]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: n}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: d}]}}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: r}
spec: {template: {spec: {containers: [{name: c, image: e}, {name: broken}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {}
`;
  expect(renderedImages(parseManifest(manifest, () => 'shop'))).toEqual({
    'Pod/p/c': 'a',
    'Deployment/d/i': 'b',
    'Deployment/d/c': 'c',
    'CronJob/n/c': 'd',
    'Rollout/r/c': 'e',
  });
});

const { placements } = parsePlacements([`image=nginx:1@${digest}`]);

test.each([
  ['as written', `nginx:1@${digest}`, true],
  ['written out', `docker.io/library/nginx:1@${digest}`, true],
  ['without the tag', `nginx@${digest}`, true],
  ['another digest', `nginx:1@${other}`, false],
  ['another registry', `quay.io/library/nginx:1@${digest}`, false],
  ['no digest', 'nginx:1', false],
  ['no reference', 'NGINX::', false],
])('rendered %s', (_, image, found) => {
  expect(missingImages(placements, { 'Deployment/web/app': image })).toHaveLength(found ? 0 : 1);
});

test('the fault shows what was rendered, first what has the same name', () => {
  const images = { 'Deployment/web/app': 'nginx:2', 'Deployment/web/proxy': 'envoy:1' };
  expect(missingImages(placements, images)).toEqual([
    {
      input: 'images',
      value: `image=nginx:1@${digest}`,
      problem: 'the chart took the value, but no container asks for it; Deployment/web/app has nginx:2',
    },
  ]);
  expect(missingImages(placements, {})[0]?.problem).toMatch(/no container was rendered/);
});
