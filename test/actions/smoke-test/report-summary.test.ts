import { expect, test } from '@jest/globals';
import { summary } from '../../../actions/smoke-test/report-summary.ts';
import { record } from '../../domain/record/samples.ts';
import { Service } from './memory.ts';

const identity = '{url: "https://shop.test/version", json: $.version, equals: v2}';
const cart = '{name: cart | <b>, http: "https://shop.test/cart"}';

test('what passed, and what that means for the release', async () => {
  const text = summary(await new Service().test({ identity, checks: `[${cart}]` }, record(4)));

  expect(text).toMatch(/^### ✅ smoke-test: v2 answered 3 times in a row, 1 check passed\n/);
  expect(text).toContain('Record `prod/shop#4` is **verified**');
  expect(text).toContain(String.raw`| ✅ | cart \| &lt;b&gt; | as expected | 1 | 0s |`);
  expect(text).toContain('who answers :done');
});

test('what failed stands first, with what it answered', async () => {
  const shop = new Service();
  shop.answer = (path) => (path === '/pay' ? 500 : 'v2');
  const checks = `[${cart}, {name: pay, http: "https://shop.test/pay"}]`;

  const text = summary(
    await shop.test({ checks, timeout: '2s' }, record(4, { expects: ['smoke-test', 'e2e'] })),
  );

  expect(text.indexOf('| ❌ | pay |')).toBeLessThan(text.indexOf('| ✅ | cart'));
  expect(text).toContain('<details><summary>pay: what it answered</summary>\n\n```\n{"version":500}\n```');
  expect(text).toContain('is **ready**, not verified; `e2e` still to come: no undo goes back to it');
});

test('two hundred checks fit: those that failed are all there', async () => {
  const shop = new Service();
  shop.answer = (path) => (path === '/199' ? 500 : 'v2');
  const checks = JSON.stringify(
    Array.from({ length: 200 }, (_, at) => ({ name: `check ${at}`, http: `https://shop.test/${at}` })),
  );

  const text = summary(await shop.test({ checks, timeout: '2s', concurrency: '1' }));

  expect(text).toContain('| ❌ | check 199 |');
  expect(text).toContain('… and 140 more that passed.');
});
