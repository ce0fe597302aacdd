import { describe, expect, test } from '@jest/globals';
import { backupId, globalsKey } from '../../../lib/domain/database/backup-key.ts';
import { verificationLevels } from '../../../lib/domain/database/backup-manifest.ts';
import type { VerificationLevel } from '../../../lib/domain/database/backup-manifest.ts';
import type { Keep } from '../../../lib/domain/database/retention.ts';
import { decideFates, retire } from '../../../lib/steps/backup/retire.ts';
import { accountOf } from '../../support/memory-storage.ts';
import { Yard, hour, now, of } from '../../actions/backup-db/memory.ts';
import { random } from '../../support/random.ts';

const none: Keep = { last: 0, daily: 0, weekly: 0, days: 0, floor: 1 };

/** A yard whose backups can be broken. */
class Damaged extends Yard {
  /** With roles and grants beside it. */
  globals(hoursAgo: number, level: VerificationLevel): string {
    const sql = Buffer.from('CREATE ROLE app');
    const key = globalsKey(of, backupId(now - hoursAgo * hour, 'aaaaaa'), { encrypted: false });
    this.storage.objects.set(key, sql);
    return this.there(hoursAgo, level, { globals: { key, ...accountOf(sql) } });
  }

  keyOf(id: string, part: string): string {
    const key = [...this.storage.objects.keys()].find((each) => each.includes(`/${id}/${part}`));
    if (key === undefined) throw new Error(`${id} has no ${part}`);
    return key;
  }

  cut(id: string, part: 'dump' | 'globals' | 'manifest', to = 0): void {
    const key = this.keyOf(id, part);
    this.storage.objects.set(key, (this.storage.objects.get(key) ?? Buffer.of()).subarray(0, to));
  }

  lose(id: string, part: 'dump' | 'globals'): void {
    this.storage.objects.delete(this.keyOf(id, part));
  }

  async fates(keep: Partial<Keep>): Promise<readonly [string, string, string][]> {
    const fates = await decideFates({ of, keep: { ...none, ...keep }, now }, this.storage);
    return fates.map(({ id, fate, why }) => [id, fate, why]);
  }
}

describe('what is damaged fills no place', () => {
  test.each<[string, (yard: Damaged, id: string) => void, string]>([
    ['a dump that was cut', (yard, id) => yard.cut(id, 'dump'), 'dump.pgdump.zst has 0 bytes instead of 32'],
    ['a dump that is gone', (yard, id) => yard.lose(id, 'dump'), 'its dump is gone'],
    ['globals that were cut', (yard, id) => yard.cut(id, 'globals', 3), 'has 3 bytes instead of 15'],
    ['globals that are gone', (yard, id) => yard.lose(id, 'globals'), 'globals.sql.zst is gone'],
    ['an unreadable manifest', (yard, id) => yard.cut(id, 'manifest', 9), 'not JSON'],
  ])('%s: the last good one stays, and it is told', async (_, breaks, said) => {
    const yard = new Damaged();
    const [fresh, broken, good] = [
      yard.globals(0, 'restored'),
      yard.globals(24, 'restored'),
      yard.globals(48, 'restored'),
    ];
    breaks(yard, broken);
    expect(await yard.fates({ last: 1, floor: 2 })).toEqual([
      [fresh, 'kept', expect.stringContaining('always stay')],
      [broken, 'kept', expect.stringMatching(new RegExp(`^damaged.*${said}`))],
      [good, 'kept', expect.stringContaining('always stay')],
    ]);
  });

  test('nor the floor of a higher level, which a lower one hides', async () => {
    const yard = new Damaged();
    const [fresh, broken, good] = [yard.there(0), yard.there(5, 'restored'), yard.there(30, 'restored')];
    yard.cut(broken, 'manifest', 9);
    expect(await yard.fates({ last: 1, days: 1 })).toEqual([
      [fresh, 'kept', expect.any(String)],
      [broken, 'kept', expect.stringMatching(/^damaged or not ours, left alone: .*not JSON/)],
      [good, 'kept', expect.stringContaining('among those restored')],
    ]);
  });

  test('nor any other rule that counts', async () => {
    const yard = new Damaged();
    const ids = [0, 24, 48, 72].map((hours) => yard.there(hours));
    yard.cut(ids[1] ?? '', 'dump', 3);
    const fates = await yard.fates({ daily: 3 });
    expect(fates.filter(([, fate]) => fate === 'kept').map(([id]) => id)).toEqual([ids[0], ids[2], ids[3]]);
    expect(fates[1]?.[2]).toMatch(/^damaged: dump.* has 3 bytes instead of 32, and 1 newer verified one is/);
  });

  test('a manifest that names the object of another backup', async () => {
    const yard = new Damaged();
    const good = yard.there(48);
    const bytes = yard.storage.objects.get(yard.keyOf(good, 'dump')) ?? Buffer.of();
    const liar = yard.there(1, 'complete', {
      object: { key: yard.keyOf(good, 'dump'), ...accountOf(bytes) },
    });
    expect(await yard.fates({ last: 1 })).toEqual([
      [liar, 'kept', expect.stringContaining(`is not of ${liar}, though its manifest names it`)],
      [good, 'kept', expect.any(String)],
    ]);
  });
});

test('of many that are only young, those alone are read that keep a place', async () => {
  const yard = new Damaged();
  for (let hours = 0; hours < 100; hours++) yard.there(hours);
  const read: string[] = [];
  const storage = {
    ...yard.storage,
    get: (key: string) => {
      read.push(key);
      return yard.storage.get(key);
    },
  };
  await decideFates({ of, keep: { ...none, last: 2, days: 30 }, now }, storage);
  expect(read).toHaveLength(2);
});

const damages: readonly ((yard: Damaged, id: string) => void)[] = [
  (yard, id) => yard.cut(id, 'dump', 5),
  (yard, id) => yard.lose(id, 'dump'),
  (yard, id) => yard.cut(id, 'globals', 5),
  (yard, id) => yard.lose(id, 'globals'),
  (yard, id) => yard.cut(id, 'manifest', 20),
];

test('over random histories and random damage the newest whole ones of every level survive', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const next = random(seed * 7_919);
    const keep: Keep = {
      last: next(4),
      daily: next(4),
      weekly: next(3),
      days: next(5),
      floor: 1 + next(3),
    };
    const risk = next(8); // of damage, in tenths
    const yard = new Damaged();
    let whole: { id: string; rank: number }[] = [];
    for (let hoursAgo = 400; hoursAgo > 0; hoursAgo -= 5 + next(40)) {
      const rank = next(3);
      const id = yard.globals(hoursAgo, verificationLevels[rank] ?? 'complete');
      whole.push({ id, rank });
      for (const each of whole.filter(() => next(10) < risk / 2)) {
        damages[next(damages.length)]?.(yard, each.id);
        whole = whole.filter((other) => other !== each);
      }
      const fates = await decideFates({ of, keep, now: now - hoursAgo * hour }, yard.storage);
      const gone = fates.filter(({ fate }) => fate === 'deleted');
      const mustSurvive = verificationLevels.flatMap((_, least) =>
        whole.filter((each) => each.rank >= least).slice(-keep.floor),
      );
      const lost = mustSurvive.filter(({ id: each }) => gone.some((fate) => fate.id === each));
      expect([seed, hoursAgo, lost]).toEqual([seed, hoursAgo, []]);
      // What goes broken goes with its reason.
      const broken = gone.filter((fate) => whole.every((each) => each.id !== fate.id));
      for (const { why } of broken) expect(why).toMatch(/^damaged: /);
      for (const fate of gone) await retire(fate, yard.storage);
      whole = whole.filter((each) => gone.every((fate) => fate.id !== each.id));
    }
  }
});
