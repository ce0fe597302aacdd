/** Times in which nothing goes to an environment: `freeze` in .github/slipway.yml. */
import { Fields } from '../checks/fields.ts';
import type { Fault } from '../errors.ts';

/** From one moment to another, once. */
export interface FreezePeriod {
  readonly kind: 'period';
  /** Milliseconds since the epoch; `until` is no longer frozen. */
  readonly from: number;
  readonly until: number;
  readonly why: string;
}

/** Every week, by UTC. */
export interface FreezeWeekly {
  readonly kind: 'weekly';
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day; the whole day is 0 to 1,440. */
  readonly from: number;
  readonly until: number;
  readonly why: string;
}

export type Freeze = FreezePeriod | FreezeWeekly;

const keys = ['from', 'until', 'days', 'hours', 'why'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const minute = 60_000;
const dayMinutes = 1_440;

/** The window that holds at this moment (milliseconds since the epoch), and when it ends; undefined: none does. */
export function frozenAt(
  windows: readonly Freeze[],
  now: number,
): { readonly window: Freeze; readonly until: number } | undefined {
  const holding = windows.flatMap((window) => {
    const until = endOf(window, now);
    return until === undefined ? [] : [{ window, until }];
  });
  return holding.sort((a, b) => b.until - a.until)[0];
}

function endOf(window: Freeze, now: number): number | undefined {
  if (window.kind === 'period') return now >= window.from && now < window.until ? window.until : undefined;
  const date = new Date(now);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const minutes = (now - midnight) / minute;
  const holds = window.days.includes(date.getUTCDay()) && minutes >= window.from && minutes < window.until;
  return holds ? midnight + window.until * minute : undefined;
}

/** Reads the list `freeze` of an environment; every fault goes with its path. */
export function readFreezes(fields: Fields, faults: Fault[]): readonly Freeze[] {
  return fields.list('freeze').flatMap((value, at): Freeze[] => {
    const one = new Fields(value, fields.at(`freeze[${at}]`), keys, faults);
    const why = one.text('why');
    if (why === '') one.fault('why', 'is required: the page shows it to whoever must wait', 'empty');
    if (one.has('days')) return readWeekly(one, why);
    if (one.has('hours')) one.fault('hours', 'belongs to days');
    const [from, until] = [readMoment(one, 'from'), readMoment(one, 'until')];
    if (from === undefined || until === undefined) return [];
    if (until <= from) one.fault('until', 'must be later than from', one.text('until'));
    return [{ kind: 'period', from, until, why }];
  });
}

function readWeekly(one: Fields, why: string): Freeze[] {
  for (const key of ['from', 'until'].filter((each) => one.has(each)))
    one.fault(key, 'belongs to a period; with days, give hours: 16:00-24:00');
  const days = one.texts('days').flatMap((text, at) => {
    const day = dayNames.findIndex((name) => name === text);
    if (day >= 0) return [day];
    one.fault(`days[${at}]`, `must be ${dayNames.join(', ')}`, JSON.stringify(text));
    return [];
  });
  const [from, until] = one.has('hours') ? readHours(one) : [0, dayMinutes];
  return [{ kind: 'weekly', days, from, until, why }];
}

/** With a zone, or as a day, which begins at midnight UTC: a time of day without a zone is another moment for everybody. */
function readMoment(one: Fields, key: string): number | undefined {
  const text = one.text(key);
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/;
  const moment = form.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(moment)) return moment;
  one.fault(
    key,
    'must be a day or a moment with its zone: 2026-12-20, 2026-12-20T18:00:00+01:00',
    JSON.stringify(text),
  );
  return undefined;
}

function readHours(one: Fields): readonly [number, number] {
  const text = one.text('hours');
  const [, h1, m1, h2, m2] = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const [from, until] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
  const fine = from >= 0 && from < until && until <= dayMinutes && Number(m1) < 60 && Number(m2) < 60;
  if (!fine)
    one.fault('hours', 'must be from-until in UTC, within one day: 16:00-24:00', JSON.stringify(text));
  return fine ? [from, until] : [0, dayMinutes];
}
