import { createHash } from 'node:crypto';
import type { Account } from '../../domain/storage/account.ts';

/** A stream that passes, with an account of what passed. */
export interface Hop {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of the whole stream; throws while it has not ended: half an account must not be compared. */
  readonly account: () => Account;
}

/** Counts and hashes what passes; keeps none of it. */
export function counted(source: AsyncIterable<Uint8Array>): Hop {
  const hash = createHash('sha256');
  let bytes = 0;
  let account: Account | undefined;
  async function* passing(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    account = { bytes, sha256: hash.digest('hex') };
  }
  return {
    bytes: passing(),
    account() {
      if (account === undefined) throw new Error('the stream has not ended: there is no account of it yet');
      return account;
    },
  };
}
