import type { Case } from '../case.ts';

export const connectionCases: readonly Case[] = [
  {
    id: 'connection-cut',
    name: 'the connection to the server is reset at 50 %',
    group: 'connection',
    arm: (stage) => stage.whenDumped(0.5, (connection) => connection.cut()),
  },
  {
    id: 'connection-silent',
    name: 'the connection falls silent at 50 %, and nobody is told',
    group: 'connection',
    arm: (stage) => stage.whenDumped(0.5, (connection) => connection.stall()),
  },
];

const viaDocker = { channel: 'whole' } as const;

export const channelCases: readonly Case[] = [
  {
    id: 'channel-ends-early',
    name: 'docker exec ends early, with success',
    group: 'channel',
    terms: { channel: 'ends-early' },
  },
  {
    id: 'channel-ends-with-nothing',
    name: 'docker exec brings nothing, with success',
    group: 'channel',
    terms: { channel: 'ends-with-nothing' },
  },
  {
    id: 'channel-loses-exit',
    name: 'pg_dump killed in the container, docker exec says 0',
    group: 'channel',
    terms: { channel: 'loses-the-exit' },
    arm: (stage) => stage.whenDumped(0.5, () => stage.killTools('pg_dump')),
  },
  {
    id: 'channel-changes',
    name: 'docker exec changes bytes, and their number not',
    group: 'channel',
    isWorthless: true,
    terms: { channel: 'changes-a-byte' },
  },
  {
    id: 'channel-tool-killed',
    name: 'pg_dump killed in the container at 50 %',
    group: 'channel',
    terms: viaDocker,
    arm: (stage) => stage.whenDumped(0.5, () => stage.killTools('pg_dump')),
  },
];
