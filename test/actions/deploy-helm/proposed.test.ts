import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { proposalSchema } from '../../../lib/domain/gate/proposal.ts';
import { parseProposal } from '../../../lib/domain/gate/proposal.ts';
import { proposalHash } from '../../../lib/steps/proposal-hash.ts';
import { decided } from '../../domain/gate/decided.ts';
import { actor, record as sample } from '../../domain/record/samples.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { Target } from './memory.ts';

const [approved, other] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string];
const manifest = (image: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: app, image: '${image}' }] } } }
`;

const proposal = (more: object = {}): string =>
  JSON.stringify({
    schema: proposalSchema,
    environment: 'production',
    repository: 'acme/shop',
    run: '42',
    attempt: 1,
    commit: 'abc',
    proposedBy: 'ada',
    images: { image: approved },
    values: [],
    proposedAt: '1970-01-01T00:00:00Z',
    expiresAt: '2999-01-01T00:00:00Z',
    ...more,
  });

const used = (path: string, text: string): object => ({
  path,
  sha256: createHash('sha256').update(text).digest('hex'),
});
const texts = { 'a.yaml': 'replicas: 1', 'b.yaml': 'replicas: 2' };
const both = Object.entries(texts).map(([path, text]) => used(path, text));

async function deploy(
  given: Record<string, string>,
  files: Record<string, string> = {},
  chart = '',
): Promise<{ target: Target; said: string }> {
  const target = new Target('pass', 'pass');
  for (const [path, text] of Object.entries(files)) target.workspace.set(path, text);
  target.helm.defaults = { image: 'r.test/shop:1' };
  target.helm.chartDigest = chart;
  target.helm.manifest = manifest(`r.test/shop@${approved}`);
  target.helm.add('deployed');
  target.helm.manifest = manifest(`r.test/shop@${given['digest'] ?? approved}`);
  const { digest = approved, ...inputs } = given;
  const done = async () =>
    target.deploy({ images: `image=r.test/shop@${digest}`, environment: 'production', ...inputs });
  const said = await done().then(
    ({ result }) => result,
    (error: unknown) => String(error),
  );
  return { target, said };
}

test('what was approved is deployed', async () => {
  const { said, target } = await deploy({ proposal: proposal() });
  expect(said).toBe('success');
  expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed']);
  expect(target.records.all.at(-1)).toMatchObject({ proposal: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('with the values files that were approved, in their order', async () => {
  const values = { proposal: proposal({ values: both }), 'values-files': 'a.yaml\nb.yaml' };
  expect((await deploy(values, texts)).said).toBe('success');
});

test.each([
  ['no chart by digest was approved', proposal(), other],
  ['another one was approved', proposal({ chart: approved }), other],
])('a chart whose version the registry resolved: %s', async (_, text, digest) => {
  const { said, target } = await deploy({ proposal: text }, {}, digest);
  expect(said).toMatch(/proposal: chart/);
  expect(target.records.all).toEqual([]);
  expect((await deploy({ proposal: proposal({ chart: digest }) }, {}, digest)).said).toBe('success');
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    'another digest',
    { digest: other, proposal: proposal() },
    /proposal: image image.*approved was sha256:aaa/,
  ],
  ['another environment', { environment: 'staging', proposal: proposal() }, /proposal: environment/],
  ['no environment', { environment: '', proposal: proposal() }, /proposal: environment/],
  ['an image more', { proposal: proposal({ images: { image: approved, worker: other } }) }, /image worker/],
  ['an image less', { proposal: proposal({ images: {} }) }, /image image: approved was none/],
  ['a chart by digest, and it is none', { proposal: proposal({ chart: other }) }, /proposal: chart/],
  [
    'a values file that was approved and is not used',
    { proposal: proposal({ values: [used('values.yaml', '')] }) },
    /values file values.yaml/,
  ],
  [
    'a values file that changed since',
    { proposal: proposal({ values: [used('a.yaml', 'replicas: 3')] }), 'values-files': 'a.yaml' },
    /values file a.yaml: approved was [0-9a-f]{64}/,
  ],
  [
    'values files in another order: the last one wins',
    { proposal: proposal({ values: [...both].reverse() }), 'values-files': 'a.yaml\nb.yaml' },
    /order of values files: approved was b.yaml, a.yaml/,
  ],
  [
    'a values file twice',
    { proposal: proposal({ values: both }), 'values-files': 'a.yaml\nb.yaml\na.yaml' },
    /order of values files/,
  ],
  ['another repository', { proposal: proposal({ repository: 'acme/till' }) }, /proposal: repository/],
  ['another run', { proposal: proposal({ run: '41' }) }, /proposal: run.*approved was 41.*output audit/],
  ['another attempt', { proposal: proposal({ attempt: 2 }) }, /proposal: attempt/],
  ['another commit', { proposal: proposal({ commit: 'c'.repeat(40) }) }, /proposal: commit/],
  ['expired', { proposal: proposal({ expiresAt: '1970-01-01T00:00:00Z' }) }, /it expired/],
  ['not a proposal', { proposal: '{}' }, /is no proposal/],
])('refused, and nothing changed: %s', async (_what, given, why) => {
  const { said, target } = await deploy(given, texts);
  expect(said).toMatch(why);
  expect(target.helm.statuses).toEqual(['1 deployed']);
  expect(target.records.all).toEqual([]);
});

const hash = (text = proposal()): string => {
  const parsed = parseProposal(text);
  if ('unreadable' in parsed) throw new Error(parsed.unreadable);
  return proposalHash(parsed);
};

/** The line that approval-gate wrote, but for what a test says. */
const line = (more: Parameters<typeof decided>[0] = {}): string =>
  `${JSON.stringify(decided({ proposal: hash(), ...more }))}\n`;

test('who let it out is said, and kept in the record', async () => {
  const exceptions = ['the freeze: a hole'];
  const { said, target } = await deploy(
    { proposal: proposal(), approval: 'line.jsonl' },
    { 'line.jsonl': line({ comment: 'go\n::error::no', exceptions }) },
  );
  expect(said).toBe('success');
  expect(target.records.all.at(-1)).toMatchObject({ approval: { approvedBy: 'grace', exceptions } });
  expect(target.said).toContain(
    'approved    grace, 2026-01-01T10:00:00.000Z; “go ::error::no”; let pass: the freeze: a hole',
  );
});

test('an issue decided in another run than the one that proposed', async () => {
  const earlier = proposal({ run: '41', attempt: 3, commit: 'c'.repeat(40) });
  const files = { 'line.jsonl': line({ proposal: hash(earlier) }) };
  const { said, target } = await deploy({ proposal: earlier, approval: 'line.jsonl' }, files);
  expect(said).toBe('success');
  // Its own commit is that of the default branch.
  expect(target.announced).toEqual(['c'.repeat(40)]);
  expect(target.records.all.at(-1)?.by).toEqual({ ...actor, sha: 'c'.repeat(40) });
});

test('a gate that asked nobody is kept too', async () => {
  const { target } = await deploy(
    { approval: 'line.jsonl' },
    { 'line.jsonl': line({ proposal: '', approvedBy: '', approvedAt: '', comment: '' }) },
  );
  expect(target.said).toContain('approved    nobody was asked: the gate opened by its rules');
});

test('an approval of a proposal that did not arrive is refused, and says why it may not have', async () => {
  const { said, target } = await deploy({ approval: 'line.jsonl' }, { 'line.jsonl': line() });
  expect(said).toMatch(/proposal: .*it was decided about proposal [0-9a-f]{12}, and none is given here/);
  expect(said).toContain("that job's outputs must name it");
  expect(target.records.all).toEqual([]);
});

test.each<[string, string | undefined, RegExp]>([
  ['a file that is not there', undefined, /approval: it is not there: give the file that output audit/],
  ['a file that is none', 'yes', /it is not JSON/],
  ['another file of ours', '{"schema":"slipway/report/v1"}', /it is no decision of approval-gate/],
  ['half of one', '{"schema":"slipway/gate-decision/v1"}', /parts of it are missing/],
  ['a gate that stayed shut', line({ decision: 'shut', why: ['it expired'] }), /stayed shut: it expired/],
  ['another proposal', line({ proposal: 'b'.repeat(64) }), /approval: proposal/],
  ['no proposal', line({ proposal: '' }), /it was decided about none/],
  ['another environment', line({ environment: 'staging' }), /approval: environment/],
  ['another run', line({ run: '41' }), /approval: run/],
  ['another repository', line({ repository: 'acme/till' }), /approval: repository/],
])('an approval that is none for this, and nothing changed: %s', async (_what, text, why) => {
  const files = text === undefined ? {} : { 'line.jsonl': text };
  const { said, target } = await deploy({ proposal: proposal(), approval: 'line.jsonl' }, files);
  expect(said).toMatch(why);
  expect(target.helm.statuses).toEqual(['1 deployed']);
  expect(target.records.all).toEqual([]);
});

describe('what ran there when it was approved', () => {
  const over = (record: string): string =>
    proposal({ runningNow: { deployment: '7', record }, proposedAt: '1970-01-01T00:10:00Z' });
  const first = sample(41, {
    createdAt: '1970-01-01T00:00:00Z',
    release: 'shop',
    namespace: 'prod',
    revision: 1,
    deploymentId: 5,
  });
  // Of another run: what a job left itself it would put right first.
  const by = { ...actor, run: '41' };
  const began = { by, createdAt: '1970-01-01T00:20:00Z', deploymentId: 6, after: 1 };

  /** Revision 1 is that of record #41; others may come while the lock is waited for. */
  async function waiting(
    text: string,
    meanwhile: (target: Target) => void = () => undefined,
  ): Promise<{ target: Target; said: string }> {
    const target = new Target('pass', 'pass');
    target.helm.defaults = { image: 'r.test/shop:1' };
    target.helm.manifest = manifest(`r.test/shop@${approved}`);
    target.helm.add('deployed');
    target.records.all.push(first);
    target.locks.onAcquire = () => meanwhile(target);
    const images = `image=r.test/shop@${approved}`;
    const said = await target.deploy({ images, environment: 'production', proposal: text }).then(
      ({ result }) => result,
      (error: unknown) => String(error),
    );
    return { target, said };
  }

  const ships =
    (state: ReleaseRecord['state']) =>
    ({ records, helm }: Target): void => {
      helm.set(1, 'superseded');
      helm.add('deployed');
      records.all.push(sample(42, { ...began, revision: 2, state }));
    };

  test('still runs', async () => {
    expect((await waiting(over('prod/shop#41'))).said).toBe('success');
  });

  test.each(['applied', 'ready', 'verified', 'rejected'] as const)(
    'another run shipped while this one waited for the lock, and it is %s: refused, nothing changed',
    async (state) => {
      const { said, target } = await waiting(over('prod/shop#41'), ships(state));
      expect(said).toContain(
        `proposal: what runs there now: it was approved over prod/shop#41, and by now it is prod/shop#42 (${state}); propose anew`,
      );
      expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed']);
      expect(target.records.all).toHaveLength(2);
      expect(target.locks.state).toBe('free');
    },
  );

  test.each<[string, (target: Target) => void]>([
    ['was taken back', ships('rolled-back')],
    ['gave up', ships('abandoned')],
    [
      'never came to helm',
      ({ records }) => {
        const { revision: _, ...never } = sample(42, { ...began, state: 'rejected' });
        records.all.push(never);
      },
    ],
  ])('another run %s meanwhile: it runs still', async (_, meanwhile) => {
    expect((await waiting(over('prod/shop#41'), meanwhile)).said).toBe('success');
  });

  test('what GitHub was never told of says so', async () => {
    const { said } = await waiting(over('prod/shop#40'));
    expect(said).toContain('it was approved over prod/shop#40, and by now it is prod/shop#41');
    const untold = ({ records }: Target): void =>
      void records.all.push(sample(43, { ...began, deploymentId: undefined as never }));
    expect((await waiting(over('prod/shop#41'), untold)).said).toContain('no GitHub Deployment tells of it');
  });

  test.each([
    ['nothing was known of', proposal({ proposedAt: '1970-01-01T00:10:00Z' })],
    ['the newest in the environment is of another release', over('prod/till#9')],
  ])('%s: what ran before stays, what began since is refused', async (_, text) => {
    expect((await waiting(text)).said).toBe('success');
    expect((await waiting(text, ships('ready'))).said).toContain('prod/shop#42 (ready)');
  });
});
