import { expect, test } from '@jest/globals';
import { podState } from '../../../lib/adapters/scratch/pod-state.ts';
import type { PodStatus } from '../../../lib/adapters/scratch/pod-state.ts';

const waiting = (reason: string, message?: string): PodStatus => ({
  phase: 'Pending',
  containerStatuses: [{ state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } }],
});
const terminated = (exitCode: number, reason: string, message = ''): PodStatus => ({
  phase: 'Failed',
  containerStatuses: [{ state: { terminated: { exitCode, reason, message } } }],
});
const condition = (type: string, status: string, reason?: string, message?: string): PodStatus => ({
  phase: 'Pending',
  conditions: [
    {
      type,
      status,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    },
  ],
});

test.each<[string, PodStatus, boolean, object]>([
  ['just made', {}, false, { kind: 'waiting' }],
  ['its image is pulled', waiting('ContainerCreating'), false, { kind: 'waiting', on: 'ContainerCreating' }],
  ['a first pull failed', waiting('ErrImagePull', 'x'), false, { kind: 'waiting', on: 'ErrImagePull: x' }],
  [
    'pulls fail',
    waiting('ImagePullBackOff', 'x'),
    false,
    { kind: 'failed', why: expect.stringContaining('x') },
  ],
  [
    'no node takes it',
    condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes'),
    false,
    { kind: 'unschedulable', why: '0/3 nodes' },
  ],
  ['held back by a gate', condition('PodScheduled', 'False', 'SchedulingGated'), false, { kind: 'waiting' }],
  ['ready', condition('Ready', 'True'), false, { kind: 'ready' }],
  [
    'ready, and to be deleted',
    condition('Ready', 'True'),
    true,
    { kind: 'failed', why: 'the scratch pod was deleted' },
  ],
  [
    'done',
    { phase: 'Succeeded', containerStatuses: [{ state: { terminated: { exitCode: 0, message: 'a\nb' } } }] },
    false,
    { kind: 'done', said: 'a\nb' },
  ],
  [
    'evicted',
    { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    false,
    { kind: 'failed', why: 'the scratch pod was evicted: The node was low on resource: memory.' },
  ],
  [
    'late',
    { phase: 'Failed', reason: 'DeadlineExceeded' },
    false,
    { kind: 'failed', why: 'the lifetime of the scratch server is over', remedy: 'raise timeout' },
  ],
  [
    'out of memory',
    terminated(137, 'OOMKilled'),
    false,
    { kind: 'failed', why: expect.stringContaining('too little memory') },
  ],
  [
    'its server ended',
    terminated(1, 'Error', 'one\nFATAL: two\n'),
    false,
    { kind: 'failed', why: 'the scratch server ended: FATAL: two', lines: ['one', 'FATAL: two'] },
  ],
])('%s', (_, status, deleted, expected) => {
  expect(podState(status, deleted)).toMatchObject(expected);
});
