import { expect, test } from '@jest/globals';
import { summary } from '../../../actions/promote/report-summary.ts';
import { Yard } from './memory.ts';

const labels = {
  'org.opencontainers.image.version': '1.4.2',
  'org.opencontainers.image.revision': 'ab'.repeat(20),
  'dev.slipway.ref': 'refs/heads/main|`x`',
};

test('where it is now, by which tags, and what travelled', async () => {
  const yard = new Yard();
  const image = await yard.image(labels);
  const other = await yard.image({}, 'older');
  await yard.registry.putManifest({ registry: 'a.test', repository: 'staging/shop', tag: 'prod' }, other);

  const text = summary(
    await yard.promote({
      source: `a.test/staging/shop@${image.digest}`,
      destinations: 'a.test/staging/shop\nb.test/shop',
      tags: 'prod',
    }),
  );

  expect(text).toMatch(/^### ✅ promote: sha256:[0-9a-f]{12} is in 2 repositories\n/);
  expect(text).toContain('which says of itself: version `1.4.2`, commit `abababababab`');
  // What others wrote breaks out of no cell and no code span.
  expect(text).toContain('built by `` refs/heads/main\\|`x` ``.');
  expect(text).toContain('| `a.test/staging/shop` | all there |  | 0 B |');
  expect(text).toMatch(/\| `b\.test\/shop` \| 3 new \| 4 copied \| \d+ B \|/);
  expect(text).toContain(`| \`a.test/staging/shop:prod\` | written | \`${other.digest.slice(0, 19)}\` |`);
  expect(text).toMatch(/lay at most \d ms; all were read back afterwards/);
});

test('a tag that stays says where and why', async () => {
  const yard = new Yard();
  const newer = await yard.image({ ...labels, 'org.opencontainers.image.version': '1.5.0' }, 'newer');
  await yard.registry.putManifest({ registry: 'a.test', repository: 'staging/shop', tag: 'latest' }, newer);
  const image = await yard.image(labels);

  const text = summary(await yard.promote({ source: `a.test/staging/shop@${image.digest}`, tags: 'latest' }));

  expect(text).toContain(`stayed: it is at 1.5.0, and 1.4.2 is lower | \`${newer.digest.slice(0, 19)}\` |`);
});

test('a dry run says what each tag would do', async () => {
  const yard = new Yard();
  const [image, other] = [await yard.image(labels), await yard.image({}, 'older')];
  await yard.registry.putManifest({ registry: 'a.test', repository: 'staging/shop', tag: 'prod' }, other);

  const text = summary(
    await yard.promote({
      source: `a.test/staging/shop@${image.digest}`,
      tags: 'prod\nv{version}',
      'dry-run': 'true',
    }),
  );

  expect(text).toContain(`| \`a.test/staging/shop:prod\` | move from \`${other.digest.slice(0, 19)}\` |`);
  expect(text).toContain('| `a.test/staging/shop:v1.4.2` | be new |');
});
