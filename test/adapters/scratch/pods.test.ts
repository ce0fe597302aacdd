import { expect, test } from '@jest/globals';
import { scratchPods } from '../../../lib/adapters/scratch/pods.ts';
import type { PodPorts } from '../../../lib/adapters/scratch/pods.ts';
import type { PodScratch } from '../../../lib/domain/database/scratch-place.ts';
import type { ScratchOrder } from '../../../lib/ports/scratch.ts';

const version = { engine: 'postgresql', major: 15, minor: 18, text: '15.18' } as const;
const order: ScratchOrder = { engine: 'postgresql', version, bytes: 1 };
const place: PodScratch = {
  kind: 'pod',
  namespace: 'db',
  like: { kind: 'kubernetes', namespace: 'db', pod: { selector: 'app=pg' } },
};

/** A cluster in which the database's own pod is gone. */
function cluster() {
  const made: { spec: { containers: { image: string }[] } }[] = [];
  const spawn: PodPorts['spawn'] = async ({ argv, input }) => {
    if (argv.includes('create')) made.push(JSON.parse(String(input)) as (typeof made)[number]);
    const stdout = argv.includes('create') ? '' : '{"items":[]}';
    return { status: 0, stdout, stderr: '', duration: 1, cancelled: false, timedOut: false };
  };
  const ports = {
    spawn,
    lifetime: 60_000,
    clock: { now: () => 0 },
    hex: () => '1a2b3c4d',
    kubeconfig: { path: '/kubeconfig' },
  };
  return { made, ports: ports as unknown as PodPorts };
}

test('a named image needs no pod of the database: a drill is for the day on which that is gone', async () => {
  const { made, ports } = cluster();
  const pods = scratchPods({ ...place, image: 'postgres:15' }, ports);
  await expect(pods.create('x', order, { program: ['true'] })).resolves.toBe('postgres:15');
  expect(made.map(({ spec }) => spec.containers[0]?.image)).toEqual(['postgres:15']);
});

test('without a name the image is that pod’s, and its absence is told', async () => {
  const { made, ports } = cluster();
  const refused = scratchPods(place, ports).create('x', order, { program: ['true'] });
  await expect(refused).rejects.toThrow('no pod has app=pg');
  expect(made).toEqual([]);
});
