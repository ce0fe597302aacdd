import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { heldIn } from '../../lib/domain/database/fingerprint.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Refusal } from '../../lib/domain/database/restore-refusals.ts';

const transactionChoices = ['auto', 'always', 'never'] as const;
export type TransactionChoice = (typeof transactionChoices)[number];

export interface TransactionDecision {
  readonly one: boolean;
  /** What it means for a restore that fails. */
  readonly why: string;
  readonly refusals: readonly Refusal[];
}

/**
 * PostgreSQL locks every table, index and sequence until the transaction ends. Its defaults leave room for some 6,400
 * (max_locks_per_transaction × max_connections, 64 × 100), and a table with its key, its sequence and its TOAST takes
 * about six.
 */
const mostTables = 1_000;

/** Whether a restore is all or nothing. Pure. */
export function decideTransaction(
  choice: TransactionChoice,
  { engine, fingerprint }: Pick<BackupManifest, 'engine' | 'fingerprint'>,
): TransactionDecision {
  const tables = heldIn(fingerprint).tables;
  const many = plural(tables, 'table');
  if (engine !== 'postgresql')
    return {
      one: false,
      why: `${engine} ends a transaction with each table that it makes: a restore that fails is dropped again, one that is killed leaves a part`,
      refusals:
        choice === 'always'
          ? [
              {
                reason: `one-transaction: always cannot be kept by ${engine}`,
                remedy: 'leave it out, and restore beside (mode: beside), where a part is dropped again',
              },
            ]
          : [],
    };
  if (choice === 'always')
    return { one: true, why: `${many} in one transaction, as one-transaction says`, refusals: [] };
  if (choice === 'never')
    return { one: false, why: 'not in one transaction: a restore that fails leaves a part', refusals: [] };
  return tables <= mostTables
    ? { one: true, why: `${many} in one transaction: all or nothing`, refusals: [] }
    : {
        one: false,
        why: `${many} are more than the server's lock table is taken to hold (${mostTables}), so not in one transaction: a restore that fails leaves a part. Raise max_locks_per_transaction and write one-transaction: always where that must not be`,
        refusals: [],
      };
}
