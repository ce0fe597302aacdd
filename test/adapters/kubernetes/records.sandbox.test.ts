import { expect, test } from '@jest/globals';
import { kubeRecords } from '../../../lib/adapters/kubernetes/records.ts';
import { UnreachableError } from '../../../lib/domain/errors.ts';
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
  expect(new Set(opened.map(({ seq }) => seq))).toEqual(new Set([1, 2, 3]));

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

test('a write whose answer was lost is not made twice, one that never arrived is made again', async () => {
  const { cluster, sample, open } = await setup();
  await using _ = cluster;
  for (const arrives of [true, false]) {
    let cut = 1;
    const replace: Kube['replace'] = async (...given) => {
      const cutting = cut-- > 0;
      const written = arrives || !cutting ? await cluster.kube.replace(...given) : undefined;
      if (cutting || written === undefined) throw new UnreachableError('the connection was cut');
      return written;
    };
    const records = open({ ...cluster.kube, replace });
    const opened = await records.open(sample);
    const changed = await records.change(opened, (now) => withVerdict(now, verdict('smoke', 'pass')));
    const again = await records.change(opened, (now) => withVerdict(now, verdict('load', 'pass')));
    expect(changed.verdicts).toHaveLength(1);
    expect(again.verdicts.map(({ name }) => name)).toEqual(['smoke', 'load']);
  }
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
  expect(left).toEqual(Array.from({ length: 22 }, (_, index) => 23 - index));
});

test('what has been listed is not listed again to open one, nor to tidy up where nothing can be old', async () => {
  const { cluster, sample, release, open } = await setup();
  await using _ = cluster;
  let lists = 0;
  const list: Kube['list'] = (target) => {
    lists += 1;
    return cluster.kube.list(target);
  };
  const records = open({ ...cluster.kube, list });
  await records.of(release);
  // Another run, which had the lock before.
  await open(cluster.kube).open(sample);

  const opened = [await records.open(sample), await records.open(sample)];
  await records.prune(release);

  expect(opened.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(lists).toBe(1);
});
