/** One release of two workloads: the app, and the database that it crashes without. */
import { expect, test } from '@jest/globals';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { countdownLine } from '../../../lib/domain/verdict/countdown.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { Expectation, FailFast, Observation } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { object, podOf, replicaSetOf } from '../workloads/objects.ts';
import { applied, live, web } from './rollout.ts';
import {
  app,
  backingOff,
  crashed,
  deployment,
  newSet,
  pod,
  restarted,
  running,
  see,
  stopped,
  up,
} from './rules/scene.ts';

const database = (status: object): KubeObject =>
  object('apps/v1', 'Deployment', 'db', {
    spec: { replicas: 1 },
    meta: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
    status: { observedGeneration: 1, ...status },
  });
const db: ObjectId = idOf(database({}));
const dbSet: KubeObject = replicaSetOf('db-1', 1, {
  meta: { ownerReferences: [{ kind: 'Deployment', name: 'db', uid: 'uid-Deployment-db', controller: true }] },
});
const dbPod = (container: object): KubeObject => ({
  ...pod(container, { name: 'db-a' }),
  metadata: podOf('db-a', ['ReplicaSet', 'db-1'], {}).metadata,
});
const dbUp = (second: number): Observation[] =>
  see(second, database({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }));

const release = (...happens: readonly (readonly Observation[])[]): Observation[] =>
  [
    ...see(0, deployment({}, { generation: 1 })),
    { at: 500, kind: 'synced', resource: '/Pod', namespace: 'shop' } as const,
    applied(1_000, deployment(), database({})),
    ...see(1, newSet(), deployment(), dbSet, database({})),
    ...happens.flat(),
  ].toSorted((a, b) => a.at - b.at);

const expectation = (failFast: FailFast): Expectation => ({
  gated: [web, db],
  deadline: 600_000,
  timeout: 600_000,
  failFast,
});

/** When it was judged, live and again from what was recorded. */
function when(observations: readonly Observation[], failFast: FailFast): string {
  const { verdict, recorded } = live(expectation(failFast), observations);
  expect(replay(expectation(failFast), recorded)).toEqual(verdict);
  return `${verdict?.outcome} ${(verdict?.at ?? 0) / 1_000}s`;
}

/** As a kubelet backs off: its third crash at 16s, its fourth at 36s, its fifth at 77s. */
const crashes = [
  see(2, pod(running())),
  see(3, pod(crashed(1))),
  see(4, pod(restarted(1))),
  see(5, pod(backingOff(2))),
  see(15, pod(restarted(2))),
  see(16, pod(backingOff(3))),
  see(35, pod(restarted(3))),
  see(36, pod(backingOff(4))),
  see(76, pod(restarted(4))),
  see(77, pod(backingOff(5))),
];
const dbRuns = see(2, dbPod(running({ started: false })));
const probed = { readinessProbe: { periodSeconds: 1, failureThreshold: 3 } };
const booting = see(2, {
  ...dbPod(running()),
  spec: { containers: [{ name: 'app', ...probed }] },
});

test.each<[what: string, strict: string, balanced: string, Observation[]]>([
  ['the database was there in time: its third crash', 'fail 5s', 'fail 16s', release(dbUp(4), ...crashes)],
  [
    'the database comes after the third, and the app after it',
    'fail 5s',
    'pass 41s',
    release(dbRuns, dbUp(30), ...crashes.slice(0, 6), see(36, pod(restarted(3, { ready: true }))), up(38)),
  ],
  [
    'the database comes, and the next run crashes all the same',
    'fail 5s',
    'fail 36s',
    release(dbRuns, dbUp(30), ...crashes),
  ],
  [
    'it came while the third run was under way: that is excused',
    'fail 5s',
    'fail 36s',
    release(dbRuns, dbUp(15), ...crashes),
  ],
  ['it never comes: 90s', 'fail 5s', 'fail 106s', release(dbRuns, ...crashes)],
  [
    'an image that it has to wait for is called by its own rule',
    'fail 5s',
    'fail 106s',
    release(see(2, dbPod(stopped('ErrImagePull', '503 Service Unavailable'))), ...crashes),
  ],
  [
    'it boots behind a readiness probe, and comes',
    'fail 5s',
    'pass 41s',
    release(booting, dbUp(30), ...crashes.slice(0, 6), see(36, pod(restarted(3, { ready: true }))), up(38)),
  ],
  [
    'it never is ready: called by its own rule, and both are told',
    'fail 5s',
    'fail 35s',
    release(booting, ...crashes),
  ],
  [
    'the database crashes as well: neither waits for the other',
    'fail 5s',
    'fail 17s',
    release(
      ...crashes,
      see(3, dbPod(crashed(1))),
      see(6, dbPod(backingOff(2))),
      see(17, dbPod(backingOff(3))),
    ),
  ],
  [
    'its executable is missing: it is at fault itself',
    'fail 5s',
    'fail 16s',
    release(
      see(
        2,
        dbPod(
          app({ state: { waiting: { reason: 'RunContainerError', message: 'exec: "/nope": not found' } } }),
        ),
      ),
      ...crashes,
    ),
  ],
])('%s → strict %s, balanced %s', (...[, strict, balanced, observations]) => {
  expect([when(observations, 'strict'), when(observations, 'balanced')]).toEqual([strict, balanced]);
});

test('the log says for whom it waits, and then for what', () => {
  const lines = new Set<string>();
  live(expectation('balanced'), release(dbRuns, dbUp(30), ...crashes), (judgement, at) => {
    if (judgement.kind === 'waiting')
      for (const finding of judgement.findings) lines.add(countdownLine(finding, at));
  });
  const cause = 'likely: Deployment shop/web: pod web-a container app: crashed 3 times: exit 1 (Error)';
  expect([...lines]).toContain(`${cause}; waits for Deployment shop/db; called in 1m30s unless it clears`);
  expect([...lines]).toContain(
    `${cause}; waits for its next run, Deployment shop/db was not ready at the start of its last; called in 1m16s unless it clears`,
  );
});
