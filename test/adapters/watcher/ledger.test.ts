import { expect, test } from '@jest/globals';
import { Ledger } from '../../../lib/adapters/watcher/ledger.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { objectKey, type Observation } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { deploymentOf, podOf, replicaSetOf, warning } from '../../domain/workloads/objects.ts';
import { applied, gone, saw } from '../../domain/verdict/rollout.ts';

const web = (replicas: number, generation = 1): KubeObject => deploymentOf({}, { replicas }, { generation });
const key = objectKey(idOf(web(0)));

const kept = (observations: readonly Observation[]): string[] =>
  observations.map((seen) =>
    seen.kind === 'object'
      ? `${seen.object.kind} ${(seen.object.status as { replicas?: number } | undefined)?.replicas ?? seen.object.metadata.name}`
      : seen.kind,
  );

test('of many states the first, the last of each generation and the newest four stay', () => {
  const ledger = new Ledger();
  for (let n = 0; n < 20; n++) ledger.add(saw(n, web(n, n < 8 ? 1 : 2)));
  expect(kept(ledger.all())).toEqual([0, 7, 16, 17, 18, 19].map((n) => `Deployment ${n}`));
});

test('what a verdict was given on stays', () => {
  const ledger = new Ledger();
  for (let n = 0; n < 10; n++) {
    ledger.add(saw(n, web(n)));
    if (n === 3) ledger.turnPage();
  }
  expect(kept(ledger.all())).toEqual([0, 3, 6, 7, 8, 9].map((n) => `Deployment ${n}`));
});

test('a state that reads the same is one fact, at its newest version', () => {
  const ledger = new Ledger();
  ledger.add(saw(1, web(1)));
  ledger.add(applied(2));
  const again = web(1);
  ledger.add(saw(3, again));
  expect(kept(ledger.all())).toEqual(['Deployment 1', 'applied']);
  expect(ledger.all()[0]).toEqual(saw(1, again));
});

test('what concerns the asked objects: themselves, what they own at any depth, events about those', () => {
  const pod = podOf('web-a-1', ['ReplicaSet', 'web-a'], {});
  const stranger = podOf('db-0', ['StatefulSet', 'db'], {});
  const ledger = new Ledger();
  for (const object of [
    pod,
    stranger,
    replicaSetOf('web-a', 1),
    web(1),
    warning(pod, 'Unhealthy', ''),
    warning(stranger, 'Unhealthy', ''),
  ]) {
    ledger.add(saw(1, object));
  }
  ledger.add(applied(2));
  ledger.add(gone(3, stranger));
  ledger.add(gone(3, pod));
  expect(kept(ledger.about(new Set([key])))).toEqual([
    'Pod web-a-1',
    'ReplicaSet web-a',
    'Deployment 1',
    expect.stringContaining('Event web-a-1'),
    'applied',
    'gone',
  ]);
});

test('beyond the limit the states between go, and nothing else', () => {
  const ledger = new Ledger();
  ledger.add(applied(0));
  for (let n = 0; n < 4; n++) ledger.add(saw(n, web(n)));
  expect(kept(ledger.about(new Set([key]), 100))).toEqual(['applied', 'Deployment 0', 'Deployment 3']);
});
