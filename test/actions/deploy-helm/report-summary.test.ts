import { expect, test } from '@jest/globals';
import type { Inputs } from '../../../actions/deploy-helm/inputs.ts';
import type { Plan } from '../../../actions/deploy-helm/plan/plan.ts';
import type { DeployResult, Done } from '../../../actions/deploy-helm/run.ts';
import { report } from '../../../actions/deploy-helm/report.ts';
import { imagesNow, summary } from '../../../actions/deploy-helm/report-summary.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const v1 = `ghcr.io/acme/shop:v1@${digest('1')}`;
const v2 = `ghcr.io/acme/shop:v2@${digest('2')}`;
const container = 'Deployment/shop/shop';

const manifest = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec: { template: { spec: { containers: [{ name: shop, image: '${image}' }] } } }
`;

const inputs = {
  release: { name: 'shop', namespace: 'prod' },
  diff: 'summary',
  expects: [],
} as unknown as Inputs;

const plan = (over: Partial<Plan> = {}): Plan =>
  ({
    chart: { name: 'shop', version: '1.2.0', digest: '' },
    intent: { release: inputs.release },
    previous: { revision: 1, chart: 'shop', chartVersion: '1.1.0', manifest: manifest(v1) },
    images: { [container]: v2 },
    diff: { changes: [], unchanged: 3 },
    rendered: { manifest: '', notes: '' },
    advice: [],
    warnings: [],
    first: [],
    gated: [],
    ...over,
  }) as unknown as Plan;

const id = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'prod', name: 'shop' };
const ready = { id, ready: true, done: 2, wanted: 2, blockedOn: '' };
const pass = { outcome: 'pass', reason: '1 of 1 workloads ready', findings: [], at: 0, workloads: [ready] };
const fail = {
  outcome: 'fail',
  reason: 'Deployment prod/shop: no progress for 12s',
  findings: [
    {
      subject: 'Deployment prod/other',
      rule: 'CrashLoop',
      cause: 'exit 1',
      severity: 'likely',
      firstSeen: 4_000,
      proof: 'CrashLoopBackOff',
      remedy: 'see why it exits',
    },
    {
      subject: 'Deployment prod/shop',
      rule: 'ProgressDeadlineExceeded',
      cause: 'no progress for 12s',
      severity: 'terminal',
      firstSeen: 12_000,
      proof: 'Progressing=False',
      remedy: 'read its log',
    },
  ],
  at: 12_000,
  workloads: [{ ...ready, ready: false, done: 0, blockedOn: 'pod shop-1: not ready' }],
};

const done = (over: object): Done =>
  ({
    record: { id: 'prod/shop#2', state: 'ready', steps: [], verdicts: [], expects: [] },
    verdict: pass,
    applied: { observations: [] },
    running: { outcome: 'pass', images: { [container]: v2 }, differing: [], unknown: [] },
    takenBack: undefined,
    final: { revision: 2, status: 'deployed' },
    ...over,
  }) as unknown as Done;

const failed = (takenBack: object, final = { revision: 2, status: 'failed' }): Done =>
  done({ verdict: fail, running: undefined, takenBack, final });

const result = (over: Partial<DeployResult> = {}): DeployResult => ({
  result: 'success',
  reason: 'the whole reason',
  plan: plan(),
  duration: 7_000,
  ...over,
});

const undone = failed(
  { kind: 'undone', to: 1, detail: 'back again', running: { images: { [container]: v1 } } },
  { revision: 3, status: 'deployed' },
);

test.each<[string, DeployResult, string]>([
  [
    'a release that holds',
    result({ done: done({}) }),
    '### ✅ deploy-helm: shop 1.2.0 with shop:v2 runs in prod as revision 2',
  ],
  [
    'one that was undone',
    result({ result: 'failure', done: undone }),
    '### ❌ deploy-helm: shop 1.2.0 with shop:v2 did not hold in prod and was undone: revision 3 brings back revision 1',
  ],
  [
    'one that was left',
    result({ result: 'failure', done: failed({ kind: 'left', detail: 'as asked' }) }),
    '### ❌ deploy-helm: shop 1.2.0 with shop:v2 did not hold in prod and was left there as revision 2',
  ],
  [
    'one whose undo failed',
    result({ result: 'failure', done: failed({ kind: 'not undone', to: 1, detail: 'too late' }) }),
    '### ❌ deploy-helm: shop 1.2.0 with shop:v2 did not hold in prod, and going back to revision 1 failed too',
  ],
  [
    'one that could not be judged',
    result({ result: 'inconclusive', done: done({ verdict: { ...fail, outcome: 'inconclusive' } }) }),
    '### ❔ deploy-helm: shop 1.2.0 with shop:v2 could not be judged in prod; nothing was undone',
  ],
  ['a dry run', result(), '### ✅ deploy-helm: the whole reason'],
  [
    'many images, some without a tag',
    result({
      plan: plan({ images: { a: `x.io/one@${digest('a')}`, b: 'x.io/two:2', c: 'three', d: 'four' } }),
      done: done({}),
    }),
    `### ✅ deploy-helm: shop 1.2.0 with one@sha256:${'a'.repeat(12)}, two:2 and 2 more images runs in prod as revision 2`,
  ],
])('the first line of %s', (_name, outcome, expected) => {
  expect(summary(outcome, inputs).split('\n')[0]).toBe(expected);
});

test.each<[string, DeployResult, string]>([
  ['an upgrade', result({ done: done({}) }), `before \`${v1}\`<br>now \`${v2}\``],
  ['a first release', result({ plan: plan({ previous: undefined }), done: done({}) }), `\`${v2}\``],
  ['the same again', result({ plan: plan({ images: { [container]: v1 } }) }), `\`${v1}\``],
  ['a dry run', result(), `asked \`${v2}\`<br>now \`${v1}\`, as before`],
  ['an undo', result({ done: undone }), `asked \`${v2}\`<br>now \`${v1}\`, as before`],
  [
    'a failure that was left',
    result({ done: failed({ kind: 'left', detail: '' }) }),
    `before \`${v1}\`<br>asked \`${v2}\`<br>now not known`,
  ],
  [
    'a refusal of Helm',
    result({ done: failed({ kind: 'nothing to undo', detail: '' }) }),
    `asked \`${v2}\`<br>now \`${v1}\`, as before`,
  ],
])('the image row of %s', (_name, outcome, expected) => {
  expect(summary(outcome, inputs)).toContain(`| Image of \`${container}\` | ${expected} |`);
});

test('a failure says why and what to do before anything else', () => {
  const text = summary(result({ result: 'failure', done: undone }), inputs);
  expect(text.split('\n\n').slice(1, 3)).toEqual([
    '> Deployment prod/shop: no progress for 12s',
    '**What to do**: read its log',
  ]);
  expect(text).toContain('| `Deployment prod/shop` | 0 of 2 | blocked on pod shop-1: not ready |');
});

test('every finding with its proof, the decisive one first', () => {
  const text = summary(result({ result: 'failure', done: undone }), inputs);
  const [, table = ''] = /<summary>Findings<\/summary>\n\n([\s\S]*?)\n\n<\/details>/.exec(text) ?? [];
  expect(table.split('\n').slice(2)).toEqual([
    '| `Deployment prod/shop` | terminal | no progress for 12s | Progressing=False | read its log |',
    '| `Deployment prod/other` | likely<br>stood 8s | exit 1 | CrashLoopBackOff | see why it exits |',
  ]);
});

test('the annotation has cause and remedy', () => {
  const failure = result({
    result: 'failure',
    reason: 'shop: no progress for 12s; undone: back again',
    done: undone,
  });
  expect(report(failure, inputs).annotations).toEqual([
    {
      kind: 'error',
      title: 'deploy-helm',
      message: 'shop: no progress for 12s; undone: back again\nread its log',
    },
  ]);
});

test('a report names the environment that it is about, also of a dry run', () => {
  const { data } = report(result(), { ...inputs, environment: 'staging' });
  expect(data).toMatchObject({ environment: 'staging' });
});

test('a report of a release that was too large to be kept whole says that it does not replay', () => {
  const observations = [{ at: 1, kind: 'left-out', count: 120 }];
  const applied = { verdict: pass, observations };
  expect(report(result({ done: done({ applied }) }), inputs).data).toMatchObject({
    notReplayable: 'left out 120 observations, the release is too large to keep them all',
    observations,
  });
  expect(report(result({ done: done({}) }), inputs).data).not.toHaveProperty('notReplayable');
});

test('a plan alone says what comes first, what is waited for, and what could not be looked at', () => {
  const many = Array.from({ length: 23 }, (_, index) => ({ ...id, name: `web-${index}` }));
  const first = ['create namespace prod', 'create CRD widgets.example.com'];
  const asked = plan({ first, gated: many, warnings: ['rendered without the cluster'] });
  const text = summary(result({ reason: 'dry run', plan: asked }), inputs);
  expect(text).toContain('| First | create namespace prod<br>create CRD widgets.example.com |');
  expect(text).toMatch(
    /\| Must become ready \| `Deployment prod\/web-0`<br>.*`Deployment prod\/web-19`<br>and 3 more \|/,
  );
  expect(text).toContain('- rendered without the cluster');
  expect(summary(result({ plan: plan({ gated: many }), done: done({}) }), inputs)).not.toContain('web-0');
});

test.each([
  ['off', false, false],
  ['summary', true, false],
  ['full', true, true],
] as const)('diff: %s', (diff, named, lines) => {
  const change = {
    kind: 'added',
    id,
    lines: [{ sign: '+', text: 'replicas: 2' }],
    secretKeys: [],
    kept: false,
  };
  const asked = plan({ diff: { changes: [change], unchanged: 3 } as unknown as Plan['diff'] });
  const text = summary(result({ plan: asked }), { ...inputs, diff });
  expect(text.includes('+ Deployment prod/shop')).toBe(named);
  expect(text.includes('replicas: 2')).toBe(lines);
});

test('the images that are said to run were read back', () => {
  expect(imagesNow(result({ done: done({}) }))).toEqual({ [container]: v2 });
  expect(imagesNow(result({ done: undone }))).toEqual({ [container]: v1 });
  expect(imagesNow(result({ done: failed({ kind: 'left', detail: '' }) }))).toEqual({});
});
