import type { Case } from '../case.ts';

export const diskCases: readonly Case[] = [
  {
    id: 'disk-full-file',
    name: 'the destination’s disk is full: a file',
    group: 'disk',
    terms: { destination: 'file', destinationMegabytes: 10 },
  },
  {
    id: 'disk-full-store',
    name: 'the destination’s disk is full: the object store’s',
    group: 'disk',
    terms: { destinationMegabytes: 12 },
  },
  {
    id: 'disk-full-temp',
    name: 'the disk of RUNNER_TEMP is full',
    group: 'disk',
    terms: { tempMegabytes: 4 },
    arm: (stage) => stage.fillTemp(),
    // With the disk full from the start nothing of a shell's way is on it.
    ways: ['ours'],
  },
  {
    id: 'disk-full-scratch',
    name: 'the scratch server’s disk fills while it restores',
    group: 'disk',
    terms: { tempMegabytes: 500, inputs: { verify: 'restored', scratch: 'local' } },
    arm: (stage) => stage.whenAsked({ method: 'GET', path: '*dump.pgdump*' }, () => stage.fillTemp()),
    ways: ['ours'],
  },
];
