import type { Case } from './case.ts';
import { channelCases, connectionCases } from './cases/connection.ts';
import { diskCases } from './cases/disk.ts';
import { dumpCases } from './cases/dump.ts';
import { refusalCases } from './cases/refusal.ts';
import { signalCases } from './cases/signal.ts';
import { storageCases } from './cases/storage.ts';

export const cases: readonly Case[] = [
  ...dumpCases,
  ...connectionCases,
  ...channelCases,
  ...storageCases,
  ...diskCases,
  ...refusalCases,
  ...signalCases,
];

/** One of each kind: to see that it works. */
export const fewCases = [
  'pg-dump-killed-50',
  'connection-cut',
  'channel-ends-early',
  's3-endless-500',
  'disk-full-file',
  'wrong-password',
  'cancel-dump',
] as const;
