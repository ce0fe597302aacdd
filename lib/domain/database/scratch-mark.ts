/**
 * What a scratch server bears on it: when it was made, how long it may live, and that it is ours. Whoever sweeps needs
 * nothing else, and finds the same in a label, a folder's name and a database's name. Pure.
 */
import type { Milliseconds } from '../duration.ts';

/** The label of containers and pods. */
export const scratchLabel = 'dev.slipway.scratch';

export interface ScratchMark {
  /** Milliseconds since the epoch; whole seconds count. */
  readonly created: number;
  readonly lifetime: Milliseconds;
}

/** `20261126t041500z-3600s`: a label's value, a part of names. */
export function markText({ created, lifetime }: ScratchMark): string {
  const [stamp = ''] = new Date(created).toISOString().replace(/[-:]/g, '').toLowerCase().split('.');
  return `${stamp}z-${Math.ceil(lifetime / 1_000)}s`;
}

const form = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z-(\d{1,9})s$/;

/** Undefined for what we have not written. */
export function readMark(text: string): ScratchMark | undefined {
  const [matched, year, month, day, hour, minute, second, lifetime] = form.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const created = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(created) ? undefined : { created, lifetime: Number(lifetime) * 1_000 };
}

/** Whether its time is over. What bears no mark of ours never is: it is somebody else's. */
export function isExpired(text: string, now: number): boolean {
  const mark = readMark(text);
  return mark !== undefined && now > mark.created + mark.lifetime;
}

const folderPrefix = 'slipway-scratch-';
const databasePrefix = 'slipway_scratch_';

/** `slipway-scratch-20261126t041500z-3600s-1a2b3c4d`: of a folder. */
export const folderName = (mark: ScratchMark, hex: string): string =>
  `${folderPrefix}${markText(mark)}-${hex}`;

/** `slipway_scratch_20261126t041500z_3600s_1a2b3c4d`: of a database; some servers know no capitals. */
export const databaseName = (mark: ScratchMark, hex: string): string =>
  `${databasePrefix}${markText(mark).replace('-', '_')}_${hex}`;

export { databasePrefix };

/** The mark in a folder's or a database's name; undefined where the name is not one of ours. */
export function markInName(name: string): string | undefined {
  const [, , mark] = /^(slipway[-_]scratch[-_])(\d{8}t\d{6}z[-_]\d+s)[-_][0-9a-f]+$/.exec(name) ?? [];
  return mark?.replace('_', '-');
}
