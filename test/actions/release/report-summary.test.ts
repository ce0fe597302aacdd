import { expect, test } from '@jest/globals';
import { report } from '../../../actions/release/report.ts';
import { fitSummary } from '../../../lib/domain/report/fit.ts';
import { House, inputs, migrated } from './memory.ts';

/** What is migrated, shipped, and answers wrongly. */
async function wronglyAnswered(): Promise<string> {
  const house = new House('pass', 'pass', 'pass');
  house.onCommand['up'] = () => 0;
  await house.run();
  house.onCommand['up'] = () => house.schema(migrated);
  house.answer = 500;
  return report(await house.run(), inputs()).summary;
}

test('one page: what ran, what was undone, what runs now, and why', async () => {
  const [page = ''] = (await wronglyAnswered()).split('<details>');
  const [first] = page.split('\n');
  expect(first).toBe('### ❌ release: shop in prod \\(prod\\): the smoke test failed; everything is undone');
  for (const line of [
    '| Record | `prod/shop#2` rolled-back |',
    '| Runs now | revision 3, by `prod/shop#3` |',
    '| smoke | ❌ failure | 0s | answers: status 500, expected 200-299 |',
    '| migration | ✅ | undone: the schema and the books of its tool are as they were before it |',
  ])
    expect(page).toContain(line);
});

test("the actions' own pages are folded, one deep: too long a page loses them first", async () => {
  const summary = await wronglyAnswered();
  const folds = [...summary.matchAll(/<details><summary>(.*?)<\/summary>|<\/details>/g)];
  expect(folds.map(([, title = '/']) => title)).toEqual(
    ['The plan, as it was before anything began', 'backup', 'deploy', 'smoke', 'undo of the deploy'].flatMap(
      (title) => [title, '/'],
    ),
  );
  expect(summary).toContain('| Why | answers: status 500, expected 200-299 |');
  const short = fitSummary(summary, 4_000);
  expect(short).toContain('| migration | ✅ |');
  expect(short).not.toContain('Roles and grants');
});
