import { TargetError } from '../errors.ts';
import type { Account } from './account.ts';
import { differenceOf } from './account.ts';

/** There is an object under the key already, and it is not ours to replace. */
export class ObjectExistsError extends TargetError {
  constructor(place: string, key: string) {
    super(`${place} has ${key} already: it was left as it is`, {
      subject: `${place}/${key}`,
      remedy: 'nothing here overwrites a backup: store under another key, or delete that one yourself',
    });
  }
}

/** The storage received, keeps or serves other bytes than were sent. */
export class DamagedObjectError extends TargetError {
  constructor(place: string, key: string, difference: string) {
    super(`${place} has other bytes under ${key} than were sent: ${difference}`, {
      subject: `${place}/${key}`,
      remedy:
        'its storage, or a proxy before it, damages what it takes: have it repaired, then back up again',
      details: [['differs', difference]],
    });
  }
}

/** The storage has what was sent, and that is not what was to be packed: whoever packed it lost some of it. */
export class LostInPackingError extends TargetError {
  constructor(place: string, key: string, difference: string) {
    super(`${key} does not unpack to what was dumped: ${difference}`, {
      subject: `${place}/${key}`,
      remedy:
        'its bytes are those that were sent, so they were lost before: see which zstd is on PATH where it was made, replace it, then back up again',
      details: [['differs', difference]],
    });
  }
}

/** Who unpacks a stream finds that it was cut or changed; where it lies, and what to do, its reader knows. */
export class DamagedStreamError extends Error {
  override readonly name = 'DamagedStreamError';
}

/** The same error, but damage in the words of the object that it was read from. */
export function damageOf(place: string, key: string, error: unknown): unknown {
  return error instanceof DamagedStreamError
    ? Object.assign(new DamagedObjectError(place, key, error.message), { cause: error })
    : error;
}

/** Throws DamagedObjectError where what was read is not what was sent. */
export function assertSame(place: string, key: string, sent: Account, read: Account): void {
  const difference = differenceOf(sent, read);
  if (difference !== undefined) throw new DamagedObjectError(place, key, difference);
}

/** Throws LostInPackingError where an object that is the one that was sent opens to something else than was packed. */
export function assertUnpacked(place: string, key: string, raw: Account, unpacked: Account): void {
  const difference = differenceOf(raw, unpacked);
  if (difference !== undefined) throw new LostInPackingError(place, key, difference);
}
