/** Reads a file of another host; after a break it goes on where it was. */
import { createHash } from 'node:crypto';
import type { Account } from '../../../domain/storage/account.ts';
import { DamagedObjectError } from '../../../domain/storage/damaged.ts';
import type { Download, StoredObject } from '../../../ports/storage.ts';
import type { Far } from './far.ts';
import { reading } from './scripts.ts';

export interface Reading {
  readonly far: Far;
  readonly place: string;
  readonly path: string;
  readonly object: StoredObject;
}

export function getFar(order: Reading): Download {
  const { place, object } = order;
  const hash = createHash('sha256');
  let bytes = 0;
  let account: Account | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of pieces(order)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    if (bytes !== object.bytes)
      throw new DamagedObjectError(place, object.key, `${bytes} bytes instead of ${object.bytes}`);
  }
  return { object, bytes: read(), account: () => (account ??= { bytes, sha256: hash.digest('hex') }) };
}

async function* pieces({ far, path, object }: Reading): AsyncGenerator<Uint8Array> {
  let at = 0;
  let failed = 0;
  for (;;) {
    try {
      for await (const chunk of far.stream(`read ${object.key}`, reading(path, String(at + 1)))) {
        at += chunk.length;
        failed = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      failed += 1;
      if (!(await far.again(failed, error))) throw error;
    }
  }
}
