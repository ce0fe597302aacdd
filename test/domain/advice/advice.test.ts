import { expect, test } from '@jest/globals';
import { adviceFor } from '../../../lib/domain/advice/advice.ts';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';

const deployment = (spec: object, container: object = {}, pod: object = {}): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }], ...container }], ...pod },
      },
      ...spec,
    },
  });
const hpa = (min: number, max: number): string =>
  JSON.stringify({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: min, maxReplicas: max },
  });

const good = { readinessProbe: {}, lifecycle: { preStop: { sleep: { seconds: 5 } } } };
const zero = { strategy: { rollingUpdate: { maxUnavailable: 0 } } };

const rules = (...documents: string[]): string[] =>
  adviceFor(parseManifest(documents.join('\n---\n'), () => 'shop')).map(({ rule }) => rule);

test.each([
  ['nothing to say', [deployment({ replicas: 3, ...zero }, good)], []],
  ['default 25 % of three is none', [deployment({ replicas: 3 }, good)], []],
  ['default 25 % of four is one', [deployment({ replicas: 4 }, good)], ['max-unavailable']],
  [
    'a number',
    [deployment({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 1 } } }, good)],
    ['max-unavailable'],
  ],
  [
    '50 %',
    [deployment({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: '50%' } } }, good)],
    ['max-unavailable'],
  ],
  ['Recreate', [deployment({ replicas: 2, strategy: { type: 'Recreate' } }, good)], ['recreate']],
  [
    'no readiness probe',
    [deployment({ replicas: 2, ...zero }, { lifecycle: good.lifecycle })],
    ['no-readiness-probe'],
  ],
  ['no preStop', [deployment({ replicas: 2, ...zero }, { readinessProbe: {} })], ['no-drain']],
  [
    'no grace',
    [deployment({ replicas: 2, ...zero }, good, { terminationGracePeriodSeconds: 0 })],
    ['no-drain'],
  ],
  ['one replica', [deployment(zero, good)], ['one-replica']],
  ['an autoscaler that keeps two', [deployment(zero, good), hpa(2, 3)], []],
  ['an autoscaler that goes to eight', [deployment({}, good), hpa(2, 8)], ['max-unavailable']],
  [
    'an autoscaler beside a number of its own',
    [deployment({ replicas: 2, ...zero }, good), hpa(2, 3)],
    ['autoscaled'],
  ],
  ['a worker that nobody calls', [deployment({}, { ports: [] })], []],
  ['switched off', [deployment({ replicas: 0 })], []],
])('%s', (_, documents, expected) => {
  expect(rules(...documents)).toEqual(expected);
});

test('a Service makes a pod without ports one that serves', () => {
  const service = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' } },
  });
  expect(rules(deployment({ replicas: 2, ...zero }, { ports: [] }), service)).toEqual([
    'no-readiness-probe',
    'no-drain',
  ]);
});

test('advice names its subject and a remedy', () => {
  const [first] = adviceFor(parseManifest(deployment({ replicas: 4 }, good), () => 'shop'));
  expect(first).toEqual({
    subject: 'Deployment shop/web',
    rule: 'max-unavailable',
    why: 'maxUnavailable is 25% by default: 1 of 4 pods may be gone while it rolls out',
    remedy: 'set strategy.rollingUpdate.maxUnavailable: 0',
  });
});
