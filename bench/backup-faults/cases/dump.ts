import type { Case } from '../case.ts';

const killedAt = (percent: number): Case => ({
  id: `pg-dump-killed-${percent}`,
  name: `pg_dump killed at ${percent} %`,
  group: 'dump',
  arm: (stage) => stage.whenDumped(percent / 100, () => stage.killTools('pg_dump')),
});

export const dumpCases: readonly Case[] = [
  ...[10, 50, 99].map(killedAt),
  {
    id: 'backend-terminated',
    name: 'the server ends pg_dump’s session at 50 %',
    group: 'dump',
    arm: (stage) =>
      stage.whenDumped(0.5, async () => {
        await stage.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${stage.database}' AND query LIKE 'COPY%'`,
        );
      }),
  },
  {
    id: 'compressor-killed',
    name: 'the compressor killed at 50 %',
    group: 'dump',
    arm: (stage) =>
      stage.whenDumped(0.5, () => {
        stage.killTools('zstd');
        stage.killTools('gzip');
      }),
  },
  {
    id: 'compressor-loses',
    name: 'a compressor that loses 4 kB and ends with 0',
    group: 'dump',
    isWorthless: true,
    terms: { lossyCompressor: true },
  },
];
