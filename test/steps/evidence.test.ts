import { expect, test } from '@jest/globals';
import { UnreachableError } from '../../lib/domain/errors.ts';
import type { ManifestObject } from '../../lib/domain/manifest/parse.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import type { Kube } from '../../lib/ports/kube.ts';
import { captureEvidence } from '../../lib/steps/evidence.ts';
import type { EvidenceOrder, EvidencePorts } from '../../lib/steps/evidence.ts';
import { ManualClock } from '../adapters/watcher/manual-clock.ts';
import {
  container,
  ended,
  failed,
  finding,
  newSet,
  oldSet,
  pod,
  running,
  watched,
  web,
} from '../domain/evidence/rollout.ts';
import { refusal } from './kube.ts';

const manifest = (image: string): ManifestObject[] =>
  parseManifest(
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: app, image: '${image}'}]}}}}`,
    () => 'shop',
  );

const crashed = pod('web-new-a', [container('app', running, { lastState: ended(1), restartCount: 2 })]);

const order = (over: Partial<EvidenceOrder> = {}): EvidenceOrder => ({
  release: 'shop 1.2.0 in prod',
  verdict: failed([finding('pod web-new-a container app: crashed 2 times: exit 1 (Error)')]),
  observations: watched([web, oldSet], [newSet, crashed]),
  before: manifest('shop:1'),
  after: manifest('shop:2'),
  hide: (text) => text,
  ...over,
});

type AskedLog = Parameters<Kube['log']>;

/** Ports in memory; `answer` gives each log. */
class Bench {
  readonly clock = new ManualClock();
  readonly cancel = new AbortController();
  readonly asked: AskedLog[] = [];
  readonly said: string[] = [];
  readonly untrusted: string[] = [];
  readonly kept = new Map<string, string>();
  readonly ports: EvidencePorts;

  constructor(answer: (...asked: AskedLog) => Promise<string>) {
    this.ports = {
      clock: this.clock,
      kube: { log: (...asked) => (this.asked.push(asked), answer(...asked)) },
      log: {
        info: (line) => void this.said.push(line),
        warn: (line) => void this.said.push(`warning: ${line}`),
        debug: () => {},
        group: (title, body) => (this.said.push(title), body()),
        untrusted: (lines) => void this.untrusted.push(...lines),
        mask: () => {},
      },
      files: { keep: (name, text) => (this.kept.set(name, text), `/temp/${name}`) },
      signal: this.cancel.signal,
    };
  }
}

const ofRun = async (...[, , { previous }]: AskedLog): Promise<string> =>
  previous ? 'no such table: orders\n' : 'starting\n';

test('the run that crashed, then the one that runs, both at once; printed, kept and returned', async () => {
  const bench = new Bench(ofRun);
  const captured = await captureEvidence(order(), bench.ports);

  expect(
    bench.asked.map(([namespace, name, { container: of, previous }]) => [namespace, name, of, previous]),
  ).toEqual([
    ['shop', 'web-new-a', 'app', true],
    ['shop', 'web-new-a', 'app', false],
  ]);
  expect(captured?.evidence).toMatchObject({
    failures: [
      {
        owners: ['Deployment shop/web', 'ReplicaSet shop/web-new', 'Pod shop/web-new-a'],
        changes: ['container app: image shop:1 → shop:2'],
        logs: [
          { run: 'previous', lines: ['no such table: orders'] },
          { run: 'current', lines: ['starting'] },
        ],
      },
    ],
    missing: [],
  });
  expect(captured?.evidence.failures[0]).not.toHaveProperty('wanted');
  expect(bench.said).toContain('Evidence: Deployment shop/web: CrashLoop');
  expect(bench.said).toContain('  log of pod web-new-a container app, previous run (exit 1 (Error))');
  expect(bench.untrusted).toEqual(['    | no such table: orders', '    | starting']);
  expect(captured?.file).toBe('/temp/evidence.md');
  expect(bench.kept.get('evidence.md')).toMatch(
    /^# shop 1\.2\.0 in prod: why it did not hold[^]*no such table: orders/,
  );
});

test('no undo waits longer than 5 s for all logs together; what has come by then is kept', async () => {
  const bench = new Bench((...[, , { previous, signal }]) =>
    previous
      ? ofRun('', '', { previous } as AskedLog[2])
      : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))),
  );
  const captured = captureEvidence(order(), bench.ports);
  await bench.clock.pass(5_000);
  const { evidence } = (await captured) ?? {};
  expect(evidence?.failures[0]?.logs.map(({ run }) => run)).toEqual(['previous']);
  expect(evidence?.missing).toEqual([
    'the log of pod web-new-a container app, current run (still running): no answer within 5s',
  ]);
  expect(bench.asked.every(([, , { signal }]) => signal.aborted)).toBe(true);
});

test('a cancel ends the wait at once', async () => {
  const bench = new Bench(() => new Promise(() => undefined));
  const captured = captureEvidence(order(), bench.ports);
  bench.cancel.abort();
  expect((await captured)?.evidence.missing[0]).toMatch(/the run was cancelled$/);
});

test.each<[string, Error, string[]]>([
  ['may not', refusal(403), [expect.stringMatching(/^logs may not be read/) as unknown as string]],
  [
    'is gone',
    refusal(404),
    ['previous run (exit 1 (Error))', 'current run (still running)'].map(
      (run) => `the log of pod web-new-a container app, ${run}: HTTP 404`,
    ),
  ],
  [
    'cannot be reached',
    new UnreachableError('the API is gone'),
    ['previous run (exit 1 (Error))', 'current run (still running)'].map(
      (run) => `the log of pod web-new-a container app, ${run}: the API is gone`,
    ),
  ],
])('what %s be read is said, and no failure', async (_, error, missing) => {
  const bench = new Bench(() => Promise.reject(error));
  const captured = await captureEvidence(order(), bench.ports);
  expect(captured?.evidence).toMatchObject({ failures: [{ logs: [], events: [] }], missing });
  expect(bench.said).toContain(`evidence that could not be had: ${captured?.evidence.missing[0]}`);
});

test('between two back-offs the kubelet gives one log under both names: it is shown once', async () => {
  const bench = new Bench(async () => 'no such table: orders\n');
  const captured = await captureEvidence(order(), bench.ports);
  expect(captured?.evidence.failures[0]?.logs.map(({ run }) => run)).toEqual(['previous']);
});

const removed = 'unable to retrieve container logs for containerd://044ebe398f7316c8409172c0394f14e8';

test('a log that its node has removed is no log, and missing only where the container has no other', async () => {
  const one = new Bench(async (...[, , { previous }]) => (previous ? removed : 'starting\n'));
  expect((await captureEvidence(order(), one.ports))?.evidence).toMatchObject({
    failures: [{ logs: [{ run: 'current', lines: ['starting'] }] }],
    missing: [],
  });
  const both = new Bench(async () => removed);
  const captured = await captureEvidence(order(), both.ports);
  expect(captured?.evidence.failures[0]?.logs).toEqual([]);
  expect(captured?.evidence.missing[0]).toMatch(/previous run .*: its node has removed it$/);
});

test('what must not be read is taken out before anybody sees it', async () => {
  const bench = new Bench(async () => 'connect tulip-7319\r\ntulip-7319 it is');
  const hide = (text: string): string => text.replaceAll('tulip-7319', '***');
  const captured = await captureEvidence(order({ hide }), bench.ports);
  expect(captured?.evidence.failures[0]?.logs[0]?.lines).toEqual(['connect ***', '*** it is']);
  expect([...bench.said, ...bench.untrusted, ...bench.kept.values()].join('\n')).not.toContain('tulip');
});

test('of a long log the end, and that there was more', async () => {
  const bench = new Bench(async (...[, , { tailLines }]) =>
    Array.from({ length: tailLines }, (_, index) => `line ${index}`).join('\n'),
  );
  const captured = await captureEvidence(order(), bench.ports);
  const [tail] = captured?.evidence.failures[0]?.logs ?? [];
  expect(tail).toMatchObject({ cut: true });
  expect([tail?.lines.length, tail?.lines.at(-1)]).toEqual([60, 'line 60']);
});

test('evidence that cannot be kept keeps nobody from the undo', async () => {
  const bench = new Bench(ofRun);
  const full = (): never => {
    throw new Error('ENOSPC: no space left on device');
  };
  await expect(captureEvidence(order(), { ...bench.ports, files: { keep: full } })).resolves.toBeUndefined();
  expect(bench.said.at(-1)).toBe('warning: the evidence is not whole: ENOSPC: no space left on device');
  expect(bench.untrusted).toContain('    | no such table: orders');
});

test('a release that could not be judged: what can be had', async () => {
  const bench = new Bench(ofRun);
  const verdict = { ...failed([]), outcome: 'inconclusive' as const, reason: 'cannot see Pods: gone' };
  const captured = await captureEvidence(order({ verdict }), bench.ports);
  expect(captured?.evidence.failures).toMatchObject([{ subject: 'Deployment shop/web', logs: [{}, {}] }]);
  expect(bench.kept.get('evidence.md')).toContain('# shop 1.2.0 in prod: what was seen of it');
});
