import type { Case } from '../case.ts';

const parts = { method: 'PUT', path: '*', query: '*partNumber=*' } as const;
const completion = { method: 'POST', path: '*', query: 'uploadId=*' } as const;

export const storageCases: readonly Case[] = [
  {
    id: 's3-one-500',
    name: 'one part is answered 500',
    group: 'storage',
    mayPass: true,
    arm: (stage) => stage.failStore({ ...parts, fault: { kind: 'status', status: 500 } }),
  },
  {
    id: 's3-slow-down',
    name: 'three parts are answered 503 SlowDown',
    group: 'storage',
    mayPass: true,
    arm: (stage) => stage.failStore({ ...parts, fault: { kind: 'status', status: 503 }, times: 3 }),
  },
  {
    id: 's3-endless-500',
    name: 'every part is answered 500',
    group: 'storage',
    arm: (stage) => stage.failStore({ ...parts, fault: { kind: 'status', status: 500 }, times: 0 }),
  },
  {
    id: 's3-reset-in-part',
    name: 'reset in the middle of a part',
    group: 'storage',
    mayPass: true,
    arm: (stage) =>
      stage.failStore({ ...parts, skip: 1, fault: { kind: 'reset', afterSentBytes: 2_000_000 } }),
  },
  {
    id: 's3-silent',
    name: 'the store falls silent in the middle',
    group: 'storage',
    arm: (stage) => stage.failStore({ ...parts, skip: 1, fault: { kind: 'silent' }, times: 0 }),
  },
  {
    id: 's3-hidden-error',
    name: 'completion is answered 200, with an error in its body',
    group: 'storage',
    mayPass: true,
    arm: (stage) =>
      stage.failStore({
        ...completion,
        times: 0,
        fault: { kind: 'status', status: 200, message: 'InternalError: We encountered an internal error' },
      }),
  },
  {
    id: 's3-taken',
    name: 'completion is answered 412: somebody else was first',
    group: 'storage',
    arm: (stage) => stage.failStore({ ...completion, times: 0, fault: { kind: 'status', status: 412 } }),
  },
  {
    id: 's3-flipped-on-its-way',
    name: 'one bit of a part turned on its way',
    group: 'storage',
    mayPass: true,
    arm: (stage) => stage.failStore({ ...parts, fault: { kind: 'tampered', body: 'request' } }),
  },
  {
    id: 's3-flipped',
    name: 'one bit of the stored object turned',
    group: 'storage',
    // Ours reads it again.
    arm: (stage) => stage.whenAsked({ method: 'GET', path: '*dump.pgdump*' }, () => stage.flipStored()),
    whenDone: (stage) => stage.flipStored(),
  },
];
