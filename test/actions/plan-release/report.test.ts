import { expect, test } from '@jest/globals';
import { outputNames, report } from '../../../actions/plan-release/report.ts';
import type { Report } from '../../../lib/domain/report/result.ts';
import { Repository } from './memory.ts';

const [before, head] = ['b'.repeat(40), 'c'.repeat(40)];

const file = `
settings: { tries: 30 }
environments:
  dev: { url: 'https://dev.example.com', values-files: [values.yaml, dev.yaml] }
  prod:
    namespace: shop
    settings: { tries: 20, mode: 'a | b' }
    targets:
      - eu-west-1
      - { name: us-east-1, namespace: shop-us }
  homolog: { settings: { mode: plain } }
modules:
  shared: { paths: libs/** }
  cart: { paths: services/cart/**, depends-on: shared }
`.replace('  dev: {', '  dev: { settings: { mode: x },');

async function reported(ref: string, more: Partial<Repository> = {}): Promise<Report> {
  const repository = Object.assign(new Repository(), {
    env: {
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REF: ref,
      GITHUB_SHA: head,
      GITHUB_RUN_ID: '7',
      GITHUB_REPOSITORY: 'octo/shop',
    },
    event: { before, after: head },
    file,
    head,
    commits: { [before]: before },
    changes: {
      [`${before}..${head}`]: ['libs/a', ...Array.from({ length: 25 }, (_, at) => `docs/${at}.md`)],
    },
    ...more,
  });
  return report(await repository.plan());
}

test('what a workflow reads: literal tags, matrices, JSON', async () => {
  const { outputs } = await reported('refs/tags/v1.5.0');
  expect(outputs).toMatchObject({
    deploy: 'true',
    environment: 'prod',
    'is-production': 'true',
    version: '1.5.0',
    tag: 'v1.5.0',
    tags: `v1.5.0\nprod-7\nsha-${head}`,
    namespace: 'shop',
    settings: '{"tries":20,"mode":"a | b"}',
    'changed-modules': '["shared","cart"]',
    'modules-matrix': '{"include":[{"module":"shared"},{"module":"cart"}]}',
  });
  const entry = { environment: 'prod', 'values-files': '', url: '', settings: { tries: 20, mode: 'a | b' } };
  const [eu, us] = [
    { ...entry, target: 'eu-west-1', wave: 1, namespace: 'shop' },
    { ...entry, target: 'us-east-1', wave: 2, namespace: 'shop-us' },
  ];
  expect(JSON.parse(outputs['matrix'] ?? '')).toEqual({ include: [eu, us] });
  expect(JSON.parse(outputs['waves'] ?? '')).toEqual([{ include: [eu] }, { include: [us] }]);
});

test('every output that is declared is there, whatever comes of it', async () => {
  for (const ref of ['refs/heads/develop', 'refs/heads/feature/x', 'refs/tags/v1.5.0-rc.1']) {
    const { outputs } = await reported(ref);
    expect(['result', 'reason', 'report', ...Object.keys(outputs)].sort()).toEqual([...outputNames].sort());
  }
});

test('for no environment there is nothing, and it is still JSON', async () => {
  const { outputs, summary } = await reported('refs/heads/feature/x');
  expect(outputs).toMatchObject({
    deploy: 'false',
    environment: '',
    'is-production': 'false',
    tag: '',
    tags: '',
    settings: '{}',
    matrix: '{"include":[]}',
    waves: '[]',
    'changed-modules': '["shared","cart"]',
  });
  expect(summary).toMatch(
    /^### ⏭️ plan-release: nothing to release: branch feature\/x belongs to no environment/,
  );
  expect(summary).not.toContain('| Tags |');
});

test('what a release manager reads: what goes where, under which name, and why', async () => {
  const { summary } = await reported('refs/tags/v1.5.0');
  expect(summary).toMatch(/^### ✅ plan-release: 1\.5\.0 for prod, from tag v1\.5\.0\n/);
  expect(summary).toContain('| Environment | **prod** (production) |');
  expect(summary).toContain('| Version | `1.5.0` (tag v1.5.0) |');
  expect(summary).toContain(`| Tags | \`v1.5.0\`<br>\`prod-7\`<br>\`sha-${head}\` |`);
  expect(summary).toContain('| 2 | `us-east-1` | `shop-us` |');
  expect(summary).toContain('**2 of 2 modules** to build, since the commit before the push');
  expect(summary).toContain('| `cart` | depends on shared |');
  expect(summary).toContain('<details><summary>25 changed files of no module</summary>');
  expect(summary).toContain('- and 5 more');
  expect(summary).toContain('| `mode` | `a \\| b` |');
});

test('one target is no table, and an address is shown', async () => {
  const { summary } = await reported('refs/heads/develop');
  expect(summary).not.toContain('| Wave |');
  expect(summary).toContain('| Address | https://dev.example.com |');
});

test('what others wrote is no markup', async () => {
  const { summary, outputs } = await reported('refs/heads/<img>|x', {
    file: "environments: { dev: { branches: ['**'] } }",
  });
  expect(summary).toContain('branch &lt;img&gt;\\|x');
  expect(outputs['environment']).toBe('dev');
});

test('notes are warnings of the run', async () => {
  const { annotations, summary } = await reported('refs/heads/develop', {
    head: 'd'.repeat(40),
    commits: { [before]: before, [head]: head },
  });
  expect(annotations).toEqual([
    {
      kind: 'warning',
      title: 'plan-release',
      message: expect.stringContaining('the commit that is checked out is dddd'),
    },
  ]);
  expect(summary).toContain('- ⚠️ the commit that is checked out');
});
