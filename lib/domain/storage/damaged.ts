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
