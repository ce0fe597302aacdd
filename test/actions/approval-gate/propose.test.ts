import { expect, test } from '@jest/globals';
import { report } from '../../../actions/approval-gate/report.ts';
import type { GateResult } from '../../../actions/approval-gate/run.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { DeploymentSeed } from '../../../sandbox/github/seed.ts';
import { Gate, before, digest, head, image, shop } from './gate.ts';

const asked = { mode: 'propose', environment: 'production', images: image };
const file = 'migrations: { paths: [db/migrations/**], undo: none }\n';

const commitsWith = (files: string[]) => [
  { sha: before, message: 'First' },
  { sha: head, message: 'Second', files },
];

const ofProduction = (
  task: string,
  statuses: (readonly [state: 'in_progress' | 'success' | 'failure', description: string])[],
): DeploymentSeed => ({
  ref: before,
  sha: before,
  environment: 'production',
  task,
  statuses: statuses.map(([state, description]) => ({ state, description })),
});

const page = (result: GateResult): string => report(result).summary;

test('the page says what goes, what runs, what lies between, who decides', async () => {
  await using gate = await Gate.open();
  await gate.write({ '.github/slipway.yml': file, 'deploy/values.yaml': 'replicas: 2\n' });

  const result = await gate.run({ ...asked, 'values-files': 'deploy/values.yaml' });

  expect(result).toMatchObject({
    result: 'success',
    reason: 'one image to production, 2 commits after what runs there',
    proposal: {
      images: { image: digest },
      values: [{ path: 'deploy/values.yaml', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      runningNow: { record: 'shop-production/shop#41' },
    },
  });
  const text = page(result);
  for (const expected of [
    '`registry.test/shop:1.4`',
    digest,
    '> ⚠️ 1 migration: going back does not undo it.',
    'shop-production/shop#41',
    before.slice(0, 12),
    '2 commits by linus, ada; 3 files',
    'Cart \\(\\#12\\)',
    '(#13)',
    '1, cannot be taken back',
    'db/migrations/7.sql',
    'To approve: grace',
    'Migrations stay applied.',
  ])
    expect(text).toContain(expected);
  expect(Buffer.byteLength(text)).toBeLessThan(8_000);
});

test('nothing runs there yet', async () => {
  await using gate = await Gate.open({ deployments: [] });
  // The seed adds to what is planted already: another environment has none.
  await gate.write({ '.github/slipway.yml': file });
  const result = await gate.run({ ...asked, environment: 'preprod' });

  expect(result).toMatchObject({ running: undefined, changes: undefined });
  expect(page(result)).toContain('nothing that the GitHub Deployments of preprod name');
  expect(page(result)).toContain('There is no environment preprod');
  expect(page(result)).toContain('checks -. fails .-> back["nothing to go back to"]');
  expect(page(result)).toContain('**Migrations**: not known: nothing runs there to compare with');
  expect(page(result)).toContain('> ⚠️ Whether it brings migrations is not known');
});

test('more files changed than GitHub lists: migrations may be among the others', async () => {
  const files = Array.from({ length: 301 }, (_, nth) => `docs/${nth}.md`);
  await using gate = await Gate.open({ commits: commitsWith(files) });
  await gate.write({ '.github/slipway.yml': file });

  const text = page(await gate.run(asked));
  expect(text).toContain('at least 300 files');
  expect(text).toContain('**Migrations**: not known: GitHub lists only 300 of the changed files');
  expect(text).toContain('> ⚠️ Whether it brings migrations is not known');
});

test('more files changed than GitHub lists: a migration among them is at least one', async () => {
  const files = ['db/migrations/7.sql', ...Array.from({ length: 300 }, (_, nth) => `docs/${nth}.md`)];
  await using gate = await Gate.open({ commits: commitsWith(files) });
  await gate.write({ '.github/slipway.yml': file });

  const text = page(await gate.run(asked));
  expect(text).toContain('> ⚠️ At least 1 migration: going back does not undo them.');
  expect(text).toContain('**Migrations**: at least 1, cannot be taken back');
});

test('an environment that asks nobody is said first', async () => {
  await using gate = await Gate.open({ environments: [{ name: 'production' }] });

  expect(page(await gate.run(asked)).split('\n')[2]).toContain('nobody will be asked');
});

test.each<[string, DeploymentSeed[], RegExp]>([
  ['none', [], /No release was taken back in the last 1 Deployment there\./],
  [
    "rollback's",
    [
      ofProduction('rollback', [
        ['in_progress', 'shop-production/shop#42 planned'],
        ['success', 'shop-production/shop#42 verified'],
      ]),
    ],
    /A release was taken back once in the last 2 Deployments there; that took [\d.]+s\./,
  ],
  [
    "deploy-helm's own, with what GitHub says of the job",
    [
      ofProduction('deploy', [
        ['in_progress', ''],
        ['in_progress', 'shop-production/shop#42 planned'],
        ['failure', 'shop-production/shop#42 rolled-back'],
      ]),
    ],
    /A release was taken back once in the last 2 Deployments there; that took [\d.]+s with the failed release\./,
  ],
  [
    'one whose beginning nobody told',
    [ofProduction('deploy', [['failure', 'shop-production/shop#42 rolled-back: cancelled, undone']])],
    /taken back once in the last 2 Deployments there; how long that took is not known\./,
  ],
])('which releases were taken back there: %s', async (_what, deployments, said) => {
  await using gate = await Gate.open({ deployments: [...(shop().deployments ?? []), ...deployments] });

  expect(page(await gate.run(asked))).toMatch(said);
});

test('what runs there is unknown: nothing can be proposed', async () => {
  await using gate = await Gate.open();
  gate.github.fail({ operation: 'repos/list-deployments', fault: { kind: 'status', status: 403 }, times: 0 });

  await expect(gate.run(asked)).rejects.toThrow('GitHub does not say');
});

test('what lies between is unknown: the page says so, and goes on', async () => {
  await using gate = await Gate.open();
  gate.github.fail({
    operation: 'repos/compare-commits-with-basehead',
    fault: { kind: 'status', status: 403 },
    times: 0,
  });
  await gate.write({ '.github/slipway.yml': file });

  const text = page(await gate.run(asked));
  expect(text).toContain('**Changes**: not known');
  expect(text).toMatch(/> ⚠️ Whether it brings migrations is not known: 403.*Going back would not undo them/);
  expect(text).toMatch(/\*\*Migrations\*\*: not known: 403/);
  expect(text).toContain('Migrations, if there are any, stay applied.');
});

test.each<[string, string, string[]]>([
  [
    'a chart without a digest',
    'charts/shop',
    [
      '| chart | `charts/shop`<br>not covered: it has no digest |',
      'Not covered: the chart `charts/shop`, values',
    ],
  ],
  ['no chart', '', ['Not covered: the chart, values written in the workflow itself.']],
  [
    'a chart by digest',
    `oci://registry.test/charts/shop@sha256:${'e'.repeat(64)}`,
    ['| chart | `oci://registry.test/charts/shop`<br>`sha256:eee', 'Not covered: values written in'],
  ],
])('what the proposal does not cover is named: %s', async (_what, chart, expected) => {
  await using gate = await Gate.open();

  const text = page(await gate.run({ ...asked, chart }));
  for (const each of expected) expect(text).toContain(each);
});

test('a values file that only the file of environments names is named as not covered', async () => {
  await using gate = await Gate.open();
  await gate.write({
    '.github/slipway.yml': 'environments: { production: { values-files: [deploy/a.yaml, deploy/b.yaml] } }\n',
    'deploy/a.yaml': 'replicas: 2\n',
  });

  const text = page(await gate.run({ ...asked, 'values-files': 'deploy/a.yaml' }));
  expect(text).toMatch(/\| values `deploy\/b.yaml` \| not covered: .*slipway.* has it for production/);
  expect(text).toContain('the values file `deploy/b.yaml`, values written in the workflow itself.');
});

test('what protects the environment is unknown: nobody is said to be asked, or not', async () => {
  await using gate = await Gate.open();
  gate.github.fail({ operation: 'repos/get-environment', fault: { kind: 'status', status: 403 }, times: 0 });

  const text = page(await gate.run(asked));
  expect(text).toContain('> ⚠️ What protects production is not known: 403');
  expect(text).toContain('gate{{"who is asked is not known"}}');
});

test('texts of others are no markup', async () => {
  const commits = [
    { sha: before, message: 'First' },
    { sha: 'c'.repeat(40), message: '<img src=x> | **bold** [link](http://x)', author: 'ada' },
  ];
  await using gate = await Gate.open({ commits });

  const text = page(await gate.run(asked));
  expect(text).not.toContain('<img');
  expect(text).not.toContain('[link](');
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no mode', { environment: 'production' }, /mode: is required/],
  ['no environment', { mode: 'verify' }, /environment: is required/],
  ['an image without a digest', { ...asked, images: 'image=registry.test/shop:1.4' }, /give the digest too/],
  ['nothing', { mode: 'propose', environment: 'production' }, /nothing is proposed by its digest/],
  [
    'an input of the other mode',
    { ...asked, 'allow-bypass': 'true' },
    /allow-bypass: belongs to mode: verify/,
  ],
  [
    'a proposal that is none',
    { mode: 'verify', environment: 'production', proposal: 'yes' },
    /is no proposal: it is not JSON/,
  ],
  [
    'a protection that is none',
    { mode: 'verify', environment: 'production', protections: 'reviewer' },
    /did you mean reviewers/,
  ],
  [
    'an age of nothing',
    { mode: 'verify', environment: 'production', 'max-age': '1d' },
    /belongs to requires/,
  ],
  [
    'a habit from elsewhere',
    { mode: 'verify', environment: 'production', reviewers: 'grace' },
    /Required reviewers/,
  ],
  ['a record that is not there', { ...asked, record: 'gone/*.json' }, /record: is not there/],
  ['a record that is none', { ...asked, record: '.github/slipway.yml' }, /record: is not a release record/],
  ['two records', { ...asked, record: '.github/*' }, /record: finds 2 files/],
  [
    'reports that are not there, or none',
    { ...asked, reports: 'gone/*.json\n.github/*.yml' },
    /reports: is not there.*[\s\S]*reports: it is not JSON/,
  ],
  [
    'a report without a time',
    { ...asked, reports: 'report.json' },
    /reports: it does not say when its step ended/,
  ],
])('refused: %s', async (_what, given, why) => {
  await using gate = await Gate.open();
  const timeless = { schema: 'slipway/report/v1', action: 'backup-db', result: 'success', reason: 'fine' };
  await gate.write({
    '.github/slipway.yml': file,
    '.github/CODEOWNERS': '* @ada',
    'report.json': JSON.stringify(timeless),
  });
  const refused = (async () => gate.run(given))();
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow(why);
});
