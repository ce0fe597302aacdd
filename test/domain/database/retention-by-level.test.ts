import { describe, expect, test } from '@jest/globals';
import { verificationLevels } from '../../../lib/domain/database/backup-manifest.ts';
import { decideByLevel } from '../../../lib/domain/database/retention-by-level.ts';
import type { LevelledBackup } from '../../../lib/domain/database/retention-by-level.ts';
import { decideRetention } from '../../../lib/domain/database/retention.ts';
import type { Keep } from '../../../lib/domain/database/retention.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 26);
const none: Keep = { last: 0, daily: 0, weekly: 0, days: 0, floor: 1 };

/** `restored 3`: of three days ago; `cut restored 3`: the same, damaged. */
const backups = (...told: string[]): LevelledBackup[] =>
  told.map((text) => {
    const [days, word, damage] = text.split(' ').reverse();
    const level = verificationLevels.find((each) => each === word) ?? 'complete';
    return { id: text, takenAt: now - Number(days) * day, level, ours: true, damage };
  });

const kept = (all: readonly LevelledBackup[], keep: Partial<Keep>): string[] =>
  decideByLevel(all, { ...none, ...keep }, now)
    .filter(({ fate }) => fate === 'kept')
    .map(({ id }) => id);

describe('each level is counted by itself', () => {
  test('what is proven less never pushes out what is proven more', () => {
    const all = backups('complete 1', 'complete 2', 'complete 3', 'restored 4', 'restored 5');
    expect(kept(all, { last: 2 })).toEqual(['complete 1', 'complete 2', 'restored 4', 'restored 5']);
    expect(kept(all, { last: 1 })).toEqual(['complete 1', 'restored 4']);
  });

  test('a stricter proof does not condemn what came before it', () => {
    const all = backups('restored 0', 'complete 1', 'complete 2', 'complete 3');
    expect(kept(all, { last: 3 })).toEqual(['restored 0', 'complete 1', 'complete 2']);
  });

  test('a damaged one counts at no level, and goes as soon as a newer one of its own is proven', () => {
    const all = backups('cut restored 1', 'complete 2', 'restored 3', 'restored 4');
    expect(kept(all, { last: 1 })).toEqual(['cut restored 1', 'complete 2', 'restored 3']);
    expect(kept(backups('complete 1', 'cut restored 2'), { last: 2 })).toEqual([
      'complete 1',
      'cut restored 2',
    ]);
    expect(kept(backups('restored 1', 'cut restored 2'), { last: 2 })).toEqual(['restored 1']);
  });

  test('whether it takes the place of another is told for all of its levels together', () => {
    const all = backups('complete 0', 'restored 1', 'complete 2');
    const decisions = decideByLevel(all, { ...none, last: 1, days: 3 }, now);
    expect(decisions.map(({ fate, takesPlace }) => [fate, takesPlace])).toEqual([
      ['kept', true],
      ['kept', true],
      ['kept', false],
    ]);
  });

  test('the reason says among which', () => {
    const [, last] = decideByLevel(backups('complete 1', 'restored 2'), { ...none, last: 1 }, now);
    expect(last?.why).toBe(
      'among those restored: one of the last 1, one of the newest verified, which always stay',
    );
  });
});

/** A small generator with a seed, so that a failure can be run again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function history(seed: number): { all: LevelledBackup[]; keep: Keep } {
  const random = numbers(seed);
  const below = (bound: number): number => Math.floor(random.next().value * bound);
  const all = Array.from({ length: below(40) }, (_, at): LevelledBackup => ({
    id: `b${at}`,
    takenAt: now - below(90) * day - below(24) * 3_600_000,
    level: verificationLevels[below(3)] ?? 'complete',
    damage: below(4) === 0 ? 'cut' : undefined,
    ours: below(10) > 0,
  }));
  const keep = { last: below(6), daily: below(8), weekly: below(5), days: below(20), floor: 1 + below(3) };
  return { all, keep };
}

test('of every random history the newest of at least each level survives, and what is not ours', () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const { all, keep } = history(seed);
    const fates = new Map(decideByLevel(all, keep, now).map(({ id, fate }) => [id, fate]));
    expect(fates.size).toBe(all.length);
    for (const [rank] of verificationLevels.entries()) {
      const newest = all
        .filter(({ ours, damage }) => ours && damage === undefined)
        .filter(({ level }) => verificationLevels.indexOf(level) >= rank)
        .sort((a, b) => b.takenAt - a.takenAt || (a.id < b.id ? 1 : -1))[0];
      if (newest !== undefined) expect([seed, fates.get(newest.id)]).toEqual([seed, 'kept']);
    }
    for (const { id } of all.filter(({ ours }) => !ours)) expect(fates.get(id)).toBe('kept');
  }
});

test('where all are of one level it is plain retention', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { all, keep } = history(seed);
    const same = all.map((each): LevelledBackup => ({ ...each, level: 'restored' }));
    const plain = decideRetention(
      same.map((each) => ({ ...each, verified: true })),
      keep,
      now,
    );
    expect(decideByLevel(same, keep, now)).toEqual(plain);
  }
});
