import { expect } from '@jest/globals';
import { compareSchemas } from '../../../lib/domain/database/compare-schemas.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { chunksOf } from '../../support/bytes.ts';
import type { Dumped } from './support.ts';

/** Restores into it, and finds what was dumped. */
export async function proven({ bytes, contents }: Dumped, database: Database): Promise<void> {
  expect(await database.occupants()).toEqual([]);
  await database.restore(chunksOf(bytes), { oneTransaction: true, owners: false });
  const found = await database.contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
  expect(compareSchemas(contents.schema, found.schema)).toEqual({ kind: 'same' });
}
