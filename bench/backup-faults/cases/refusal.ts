import type { Case } from '../case.ts';

export const refusalCases: readonly Case[] = [
  { id: 'wrong-password', name: 'wrong password', group: 'refusal', terms: { password: 'wrong' } },
  {
    id: 'permission-denied',
    name: 'one table may not be read',
    group: 'refusal',
    terms: { user: 'clerk', password: 'clerk', inputs: { globals: 'false' } },
  },
  {
    id: 'empty-database',
    name: 'the database has not a single row',
    group: 'refusal',
    isWorthless: true,
    terms: { database: 'empty' },
  },
  { id: 'old-pg-dump', name: 'pg_dump is older than the server', group: 'refusal', terms: { oldTool: true } },
];
