import { expect, test } from '@jest/globals';
import { outputNames, report } from '../../../actions/build-push/report.ts';
import { image, Workshop } from './memory.ts';

test('what was built, from which commit, where the tags stand', async () => {
  const shop = new Workshop();
  const result = await shop.build({ tags: 'v1.4.2\nlatest', version: '1.4.2' });
  const { outputs, summary } = report(result);
  const digest = result.image?.digest ?? '';

  expect(outputs).toMatchObject({
    digest,
    ref: `${image}@${digest}`,
    tag: 'v1.4.2',
    tags: 'v1.4.2\nlatest',
    version: '1.4.2',
    built: 'true',
    'previous-digest': '',
    imageid: expect.stringMatching(/^sha256:/),
    metadata: '{"image.name":"shop"}',
  });
  expect(Number(outputs['size'])).toBeGreaterThan(100);
  expect(outputNames).toEqual(expect.arrayContaining(Object.keys(outputs)));
  expect(summary).toContain(`### ✅ build-push: built ${digest.slice(0, 19)}, tagged v1.4.2, latest`);
  expect(summary).toContain(`| digest | \`${digest}\` |`);
  expect(summary).toContain(
    '](https://github.com/octo/shop/commit/5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79) of 2026-01-02',
  );
  expect(summary).toContain('```mermaid');
  expect(summary).toContain('gone unseen for at most');
});

test('a floating tag that stays is in the table with its reason, and not in the outputs', async () => {
  const shop = new Workshop();
  await shop.build({ tags: 'v2.0.0\nlatest', version: '2.0.0' });
  shop.source = 'old';
  const { outputs, summary } = report(await shop.build({ tags: 'v1.9.0\nlatest', version: '1.9.0' }));
  expect(outputs).toMatchObject({ tags: 'v1.9.0' });
  expect(summary).toMatch(/a\.test\/shop:latest` \| `sha256:\w+`, stays: 2\.0\.0 is there already/);
});

test('the tag moved: what it stood for before', async () => {
  const shop = new Workshop();
  const first = await shop.build({ tags: 'edge' });
  shop.source = 'two';
  const { outputs, summary } = report(await shop.build({ tags: 'edge' }));
  expect(outputs['previous-digest']).toBe(first.image?.digest);
  expect(summary).toContain(`\`${first.image?.digest?.slice(0, 19) ?? ''}\` |`);
});

test('the src tag is ours, and nobody is told to use it', async () => {
  const shop = new Workshop();
  const { outputs } = report(await shop.build({ tags: 'edge', reuse: 'same-source' }));
  expect(outputs['tags']).toBe('edge');
});

test('the step that failed, and the Dockerfile, also where nobody opens the log', async () => {
  const shop = new Workshop();
  shop.builds = ['dockerfile'];
  const { outputs, summary, annotations } = report(await shop.build());
  expect(outputs).toMatchObject({ digest: '', built: 'false', tag: '', size: '' });
  expect(summary).toContain('### ❌ build-push: \\[2/2\\] RUN make failed: dockerfile it is');
  expect(annotations).toEqual([
    {
      kind: 'error',
      title: 'build-push',
      message: 'build-push: [2/2] RUN make failed: dockerfile it is\nmake: no',
    },
  ]);
});

test('what a scanner wrote is text, not markup', async () => {
  const shop = new Workshop();
  const sarif = JSON.stringify({
    runs: [{ results: [{ ruleId: '`x`|', level: 'error', message: { text: '<img src=x> **bold** |' } }] }],
  });
  shop.scan = () => ({ sarif });
  const { summary } = report(await shop.build({ 'scan-command': 'scan' }));
  expect(summary).not.toContain('<img');
  expect(summary).not.toMatch(/[^\\]\*\*bold/);
});
