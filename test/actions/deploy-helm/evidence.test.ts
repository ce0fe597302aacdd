import { expect, test } from '@jest/globals';
import { report } from '../../../actions/deploy-helm/report.ts';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { Evidence } from '../../../lib/domain/evidence/types.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Following } from '../../../lib/ports/rollout.ts';
import {
  container,
  ended,
  failed,
  finding,
  newSet,
  oldSet,
  pod,
  watched,
  web,
} from '../../domain/evidence/rollout.ts';
import { inputs, Target } from './memory.ts';

const manifest = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, image: '${image}' }] } } }
---
apiVersion: v1
kind: Secret
metadata: { name: db, namespace: shop }
stringData: { password: tulip-7319 }
`;

const cause = 'pod web-new-a container app: crashed 3 times: exit 1 (Error)';
const crashed: KubeObject = pod('web-new-a', [container('app', ended(1), { lastState: ended(1) })]);

/** Revision 1 runs; the release is judged so by a watcher that saw it crash, then its undo has its own verdict. */
function target(verdict: Verdict, undo: 'pass' | 'fail' = 'pass'): Target {
  const made = new Target('pass', undo);
  made.helm.manifest = manifest('shop:1');
  made.helm.add('deployed');
  made.helm.manifest = manifest('shop:2');
  const { watcher, kube } = made.ports;
  let followed = 0;
  const follow: typeof watcher.follow = (gated, options) => {
    const following = watcher.follow(gated, options);
    // The first one looks on at the release, the second whether what ran before is ready.
    if ((followed += 1) !== 1) return following;
    const observations = watched([web, oldSet], [newSet, crashed]);
    return { ...following, observations, verdict: async () => verdict } satisfies Following;
  };
  const log: Kube['log'] = async (_, name) => {
    made.helm.calls.push(`log of ${name}`);
    return 'no such table for tulip-7319\n';
  };
  // Its time does not pass, so nothing comes too late.
  const clock = { ...made.ports.clock, sleep: () => new Promise<void>(() => undefined) };
  made.ports = { ...made.ports, clock, watcher: { follow }, kube: { ...kube, log } };
  return made;
}

const evidenceOf = (data: unknown): Evidence => (data as { readonly evidence: Evidence }).evidence;

test('it is gathered before the undo, which destroys it, and goes wherever somebody looks', async () => {
  const shop = target(failed([finding(cause)]));
  const result = await shop.deploy();

  expect(shop.helm.calls).toEqual([
    'upgrade, wait: none',
    'log of web-new-a',
    'log of web-new-a',
    'rollback to 1',
  ]);
  const { outputs, summary, data, annotations } = report(result, inputs());
  expect(outputs['evidence']).toBe('evidence.md');
  expect(evidenceOf(data)).toMatchObject({
    failures: [
      {
        cause,
        owners: ['Deployment shop/web', 'ReplicaSet shop/web-new', 'Pod shop/web-new-a'],
        logs: [{ run: 'previous', lines: ['no such table for ***'] }],
        changes: ['container app: image shop:1 → shop:2'],
      },
    ],
  });
  expect(summary).toContain('<summary>Evidence: Deployment shop/web: CrashLoop</summary>');
  expect(summary).toContain('no such table for ***');
  expect(annotations).toHaveLength(1);
  expect(shop.said.join('\n')).toContain('changed     container app: image shop:1 → shop:2');
});

test('one that could not be judged has what can be had, and nothing is undone', async () => {
  const shop = target({ ...failed([]), outcome: 'inconclusive', reason: 'cannot see Pods in shop' });
  const { outputs, data } = report(await shop.deploy(), inputs());
  expect(shop.helm.calls.at(-1)).toBe('log of web-new-a');
  expect(outputs['evidence']).toBe('evidence.md');
  expect(evidenceOf(data).failures).toMatchObject([{ subject: 'Deployment shop/web' }]);
});

test('a release that holds has none', async () => {
  const { outputs, data, summary } = report(await new Target('pass').deploy(), inputs());
  expect(outputs['evidence']).toBe('');
  expect(data).toMatchObject({ evidence: undefined });
  expect(summary).not.toContain('Evidence');
});

test('an undo that fails keeps both reasons, in report and summary', async () => {
  const shop = target(failed([finding(cause)]), 'fail');
  const result = await shop.deploy();
  const { summary, data, annotations } = report(result, inputs());

  expect(result.reason).toContain(cause);
  expect(result.reason).toContain('not undone: it is a fail');
  expect(annotations).toMatchObject([{ message: `${result.reason}\nread its log` }]);
  expect(data).toMatchObject({
    verdict: { reason: `Deployment shop/web: ${cause}` },
    takenBack: { kind: 'not undone', detail: 'it is a fail', verdict: { outcome: 'fail' } },
    evidence: { failures: [{ cause }] },
    record: { reason: `Deployment shop/web: ${cause}`, undo: { outcome: 'failure', detail: 'it is a fail' } },
  });
  expect(summary).toMatch(/> Deployment shop\/web: pod web-new-a container app: crashed 3 times/);
  expect(summary).toContain('**not undone**: it is a fail');
});

test('one that breaks off by a refusal says what to do about it as well', async () => {
  const shop = target(failed([finding(cause)]));
  shop.helm.onRollback = () => {
    throw new TargetError('the quota is used up', { subject: 'quota', remedy: 'raise the quota' });
  };
  const { summary } = report(await shop.deploy(), inputs());
  expect(summary).toContain('**not undone**: the quota is used up');
  expect(summary).toContain('**What to do**: read its log');
  expect(summary).toContain('**What to do about the undo**: raise the quota');
});

test.each([
  ['is lost', new UnreachableError('the API is gone'), UnreachableError],
  ['refuses', new TargetError('the lock was taken', { subject: 'lock', remedy: 'wait' }), TargetError],
])('where the API %s before the undo has begun, both reasons are in the error', async (_, error, kind) => {
  const shop = target(failed([finding(cause)]));
  const { kube } = shop.ports;
  const lost: Kube['log'] = (...asked) => {
    shop.helm.onList = () => {
      throw error;
    };
    return kube.log(...asked);
  };
  shop.ports = { ...shop.ports, kube: { ...kube, log: lost } };
  const deployed = shop.deploy();
  await expect(deployed).rejects.toThrow(
    `${error.message}; the release had failed before: Deployment shop/web: ${cause}`,
  );
  await expect(deployed).rejects.toBeInstanceOf(kind);
});
