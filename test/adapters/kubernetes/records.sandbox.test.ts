import { expect, test } from '@jest/globals';
import { kubeRecords } from '../../../lib/adapters/kubernetes/records.ts';
import { moveTo, withVerdict } from '../../../lib/domain/record/transitions.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import { record, verdict } from '../../domain/record/samples.ts';
import { TestCluster, typeOf } from './cluster.ts';

const secrets = typeOf('v1', 'Secret');

const setup = async () => {
  const cluster = await TestCluster.open();
  const warnings: string[] = [];
  const log = { warn: (line: string) => void warnings.push(line), debug: () => {} };
  const {
    id: _id,
    seq: _seq,
    schema: _schema,
    ...sample
  } = record(1, { namespace: cluster.namespace, state: 'planned' });
  return {
    cluster,
    warnings,
    sample,
    release: { name: 'shop', namespace: cluster.namespace },
    open: (kube: Kube) => kubeRecords(kube, log),
  };
};

test('a record is a labelled Secret that anybody can read as JSON', async () => {
  const { cluster, sample, release, open } = await setup();
  await using _ = cluster;
  const records = open(cluster.kube);
  const opened = await records.open(sample);
  expect(opened).toMatchObject({
    id: `${cluster.namespace}/shop#1`,
    seq: 1,
    schema: 'slipway/release-record/v1',
  });
  const changed = await records.change(opened, (now) => moveTo(now, 'applied'));
  expect(await records.of(release)).toEqual([changed]);

  const secret = await cluster.kube.get(secrets, cluster.namespace, 'slipway-shop-1');
  expect(secret).toMatchObject({
    type: 'slipway.dev/release-record',
    metadata: {
      labels: {
        'app.kubernetes.io/managed-by': 'slipway',
        'slipway.dev/release': 'shop',
        'slipway.dev/seq': '1',
        'slipway.dev/state': 'applied',
      },
    },
  });
  const { data } = secret as unknown as { data: Record<string, string> };
  expect(JSON.parse(Buffer.from(data['record.json'] ?? '', 'base64').toString('utf8'))).toEqual(changed);
});

test('of several writers none loses a change, and each opens a number of its own', async () => {
  const { cluster, sample, release, open } = await setup();
  await using _ = cluster;
  const writers = [0, 1, 2].map(() => open(cluster.kube));
  const opened = await Promise.all(writers.map((writer) => writer.open(sample)));
  expect(opened.map(({ seq }) => seq).sort()).toEqual([1, 2, 3]);

  const [first] = opened;
  if (first === undefined) throw new Error('nothing was opened');
  const names = writers.flatMap((_, index) => [1, 2, 3, 4].map((round) => `${index}-${round}`));
  await Promise.all(
    writers.map(async (writer, index) => {
      for (const name of names.filter((each) => each.startsWith(`${index}-`))) {
        await writer.change(first, (now) => withVerdict(now, verdict(name, 'pass')));
      }
    }),
  );
  const stored = (await open(cluster.kube).of(release)).find(({ seq }) => seq === first.seq);
  expect(stored?.verdicts.map(({ name }) => name).sort()).toEqual(names);
});

test('what cannot be read is skipped aloud, and its number is not used again', async () => {
  const { cluster, sample, release, warnings, open } = await setup();
  await using _ = cluster;
  const labels = { 'app.kubernetes.io/managed-by': 'slipway', 'slipway.dev/release': 'shop' };
  const torn = { type: 'slipway.dev/release-record', metadata: { name: 'slipway-shop-1', labels } };
  await cluster.create('v1', 'Secret', 'slipway-shop-1', { ...torn, stringData: { 'record.json': '{' } });
  const records = open(cluster.kube);
  expect((await records.open(sample)).seq).toBe(2);
  expect(await records.of(release)).toHaveLength(1);
  expect(warnings).toContain('Secret slipway-shop-1 is skipped: not JSON');
  await expect(records.change({ ...release, release: 'shop', seq: 1 }, (now) => now)).rejects.toThrow(
    'not JSON',
  );
  await expect(records.change({ ...release, release: 'shop', seq: 9 }, (now) => now)).rejects.toThrow(
    'it is gone',
  );
});

test('old records go, the last two verified stay', async () => {
  const { cluster, sample, release, open } = await setup();
  await using _ = cluster;
  const records = open(cluster.kube);
  for (let seq = 1; seq <= 23; seq += 1) {
    await records.open({ ...sample, state: seq <= 3 ? 'verified' : 'rejected' });
  }
  await records.prune(release);
  const left = (await records.of(release)).map(({ seq }) => seq);
  expect(left).toEqual(
    [...Array.from({ length: 20 }, (_, index) => 23 - index), 3, 2].filter(
      (seq, index, all) => all.indexOf(seq) === index,
    ),
  );
  expect(left).not.toContain(1);
});
