import { expect, test } from '@jest/globals';
import { outputNames, report } from '../../../actions/backup-db/report.ts';
import { recipient } from '../../steps/backup/fakes.ts';
import { Yard } from './memory.ts';

test('a backup: what was saved, how far that is proven, and where it is', async () => {
  const yard = new Yard();
  for (const hours of [1, 2]) yard.there(hours);
  const { summary, outputs } = report(
    await yard.run({ verify: 'restored', globals: 'true', keep: '{ last: 2 }' }),
  );
  const [verdict] = summary.split('\n');
  expect(verdict).toMatch(
    /^### ✅ backup-db: shop is backed up: .* restored in .*, and every table compared/,
  );
  expect(summary).toContain('| Backup | `20261126T041500Z-1a2b3c` |');
  expect(summary).toContain('**restored**: restored, and every table compared, in scratch 1');
  expect(summary).toContain(`age, for \`${recipient.slice(0, 12)}…\``);
  expect(summary).toContain('| Rows | 2 in 1 table, every row hashed |');
  expect(summary).toMatch(/\| restore \| 0s \|/);
  expect(summary).toContain('| `public.t` | 2 |');
  expect(outputs).toMatchObject({
    'backup-id': '20261126T041500Z-1a2b3c',
    uri: 'memory/postgresql/shop/20261126T041500Z-1a2b3c/dump.pgdump.zst.age',
    verified: 'restored',
    tables: '1',
    manifest: '/tmp/backup-manifest.json',
  });
  const promised = outputNames.filter((name) => !['result', 'reason', 'report'].includes(name));
  expect(Object.keys(outputs).sort()).toEqual([...promised].sort());
});

test('not encrypted: said twice', async () => {
  const { summary } = report(await new Yard().run({ recipients: '' }));
  expect(summary).toContain('| Encrypted | **no** |');
  expect(summary).toContain('- ⚠️ not encrypted: whoever may read the destination may read the database');
});

test('a dry run promises nothing that was done', async () => {
  const yard = new Yard();
  yard.there(1);
  const { summary, outputs } = report(await yard.run({ 'dry-run': 'true', keep: '{ last: 1 }' }));
  expect(summary).toContain('**Dry run**: nothing was changed.');
  expect(outputs).toEqual({ kept: '', deleted: '', 'duration-ms': expect.any(String) });
});

test('names in the database make no markup', async () => {
  const yard = new Yard();
  const odd = 'public.<img src=x>|`';
  yard.script = {
    contents: {
      fingerprint: { kind: 'counts', tables: [{ name: odd, rows: 1 }] },
      schema: { kind: 'unreadable', why: '' },
      migrations: [],
    },
  };
  const { summary } = report(await yard.run());
  expect(summary).toContain('`` public.<img src=x>\\|` ``');
});
