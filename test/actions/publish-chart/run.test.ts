import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Inputs } from '../../../actions/publish-chart/inputs.ts';
import type { Ports } from '../../../actions/publish-chart/ports.ts';
import { report } from '../../../actions/publish-chart/report.ts';
import { publishChart } from '../../../actions/publish-chart/run.ts';
import type { PackedChart } from '../../../lib/domain/published-chart/types.ts';
import { formatImageRef } from '../../../lib/domain/image-ref.ts';
import { actor } from '../../domain/record/samples.ts';
import { MemoryRegistry } from '../../support/memory-registry.ts';

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const packed = (content: string, version = '1.4.2'): PackedChart => ({
  name: 'shop',
  version,
  appVersion: '9',
  metadata: { apiVersion: 'v2', name: 'shop', version },
  archive: new TextEncoder().encode(content),
  sourceHash: createHash('sha256').update(content).digest('hex'),
});

const oci = (registry: string) => ({ kind: 'oci', registry, folder: 'charts' }) as const;
const museum = { kind: 'chartmuseum', url: 'https://m.test', api: 'https://m.test/api/charts' } as const;

const ordered: Inputs = {
  chart: 'charts/shop',
  version: undefined,
  appVersion: undefined,
  dependencyUpdate: true,
  dependencyAccess: {},
  lint: 'errors',
  valuesFiles: [],
  destinations: [oci('a.test')],
  registries: [],
  sign: undefined,
  dryRun: false,
  server: 'https://github.com',
};

/** A registry and a ChartMuseum in memory; helm is what the test says. */
function world(content = 'one', lint = { passed: true, lines: [] as string[] }) {
  const registry = new MemoryRegistry();
  const archives = new Map<string, Uint8Array>();
  const signed: string[] = [];
  const said: string[] = [];
  let now = 0;
  const ports: Ports = {
    charts: {
      chart: async () => ({
        path: '/w/charts/shop',
        name: 'shop',
        version: '1.4.2',
        appVersion: '9',
        digest: '',
        kubeVersion: '',
        defaults: {},
        missingDependencies: [],
        hasCrds: false,
      }),
    },
    packager: {
      lint: async () => lint,
      pack: async (_, { version }) => packed(content, version),
      sourceHashOf: async (archive) => createHash('sha256').update(archive).digest('hex'),
    },
    store: registry,
    museum: {
      digest: async (_, name, version) => {
        const archive = archives.get(`${name}-${version}`);
        return archive === undefined ? undefined : sha256(archive);
      },
      archive: async (_, name, version) => archives.get(`${name}-${version}`) ?? new Uint8Array(),
      upload: async (_, archive) => {
        if (archives.has('shop-1.4.2')) return 'exists';
        archives.set('shop-1.4.2', archive);
        return 'saved';
      },
    },
    signer: {
      version: async () => '2',
      sign: async (ref) => void signed.push(formatImageRef(ref)),
      verify: async () => ({ kind: 'good' }),
    },
    clock: { now: () => now, sleep: async (ms) => void (now += ms) },
    log: {
      info: (line) => void said.push(line),
      warn: (line) => void said.push(line),
      debug: () => undefined,
      group: async (_, body) => body(),
      untrusted: (lines) => void said.push(...lines),
      mask: () => undefined,
    },
    actor,
    signal: new AbortController().signal,
  };
  return { registry, archives, signed, said, ports };
}

test('published where it is missing, and read back', async () => {
  const { registry, archives, ports } = world();
  const result = await publishChart({ ...ordered, destinations: [oci('a.test'), museum] }, ports);
  const digest = registry.at('a.test', 'charts/shop', '1.4.2');
  expect(result).toMatchObject({ result: 'success', reason: 'shop 1.4.2 is published in 2 of 2 places' });
  expect(result.places.map((place) => place.digest)).toEqual([digest, sha256(packed('one').archive)]);
  expect(archives.size).toBe(1);
  expect(report(result).outputs).toMatchObject({
    chart: `oci://a.test/charts/shop@${digest}`,
    digest,
    published: 'true',
    references: 'oci://a.test/charts/shop:1.4.2\nhttps://m.test/charts/shop-1.4.2.tgz',
  });
});

test('again: nothing is written, and the digest is the same', async () => {
  const { registry, ports } = world();
  const order = { ...ordered, destinations: [oci('a.test'), museum] };
  const first = await publishChart(order, ports);
  registry.calls.length = 0;
  const second = await publishChart(order, ports);
  expect(second.reason).toBe('shop 1.4.2 was published before, and is the same chart');
  expect(registry.calls.filter((call) => !/^(GET|HEAD)/.test(call))).toEqual([]);
  expect(report(second).outputs).toMatchObject({ ...report(first).outputs, published: 'false' });
});

test('another chart under the version stops it before anything is written anywhere', async () => {
  const { registry, ports } = world('one');
  await publishChart(ordered, ports);
  const other = { ...ports, packager: { ...ports.packager, pack: async () => packed('two') } };
  registry.calls.length = 0;
  const order = { ...ordered, destinations: [oci('b.test'), oci('a.test')] };
  await expect(publishChart(order, other)).rejects.toMatchObject({
    message: 'version 1.4.2 is published already, with other content; nothing was changed',
    details: [['oci://a.test/charts/shop:1.4.2', registry.at('a.test', 'charts/shop', '1.4.2')]],
  });
  expect(registry.calls.filter((call) => !/^(GET|HEAD)/.test(call))).toEqual([]);
});

test('a run that was quicker with another chart is an error that names both', async () => {
  const { archives, ports } = world('one');
  const quicker: Ports = {
    ...ports,
    museum: {
      ...ports.museum,
      upload: async () => {
        archives.set('shop-1.4.2', packed('two').archive);
        return 'exists';
      },
    },
  };
  await expect(publishChart({ ...ordered, destinations: [museum] }, quicker)).rejects.toMatchObject({
    message: expect.stringContaining('another run published the same version'),
    details: [
      ['this step', sha256(packed('one').archive)],
      ['there now', sha256(packed('two').archive)],
    ],
  });
});

test('what lint refuses is not published', async () => {
  const { registry, ports } = world('one', { passed: false, lines: ['[ERROR] templates/: bad'] });
  await expect(publishChart(ordered, ports)).rejects.toMatchObject({
    message: expect.stringContaining('helm lint refuses the chart'),
    details: [['helm lint', '[ERROR] templates/: bad']],
  });
  expect(registry.calls).toEqual([]);
});

test('a dry run looks and writes nothing', async () => {
  const { registry, ports, signed } = world();
  const result = await publishChart({ ...ordered, sign: { kind: 'keyless' }, dryRun: true }, ports);
  expect(result).toMatchObject({ result: 'success', reason: 'shop 1.4.2 would be published', planned: true });
  expect(registry.calls.filter((call) => !/^(GET|HEAD)/.test(call))).toEqual([]);
  expect([signed, report(result).outputs['published']]).toEqual([[], 'false']);
});

test('the digest is signed in every registry, never a tag', async () => {
  const { registry, ports, signed } = world();
  const order = {
    ...ordered,
    destinations: [oci('a.test'), museum, oci('b.test')],
    sign: { kind: 'keyless' } as const,
  };
  await publishChart(order, ports);
  const digest = registry.at('a.test', 'charts/shop', '1.4.2');
  expect(signed).toEqual([`a.test/charts/shop@${digest}`, `b.test/charts/shop@${digest}`]);
});

test('signed before anybody can find it; a chart that was there is signed only where it is not yet', async () => {
  const { registry, ports, signed } = world();
  const order = { ...ordered, sign: { kind: 'key', key: 'cosign.key' } as const };
  const seen: (string | undefined)[] = [];
  const watching: Ports = {
    ...ports,
    signer: {
      ...ports.signer,
      sign: async (ref, key) => {
        seen.push(registry.at('a.test', 'charts/shop', '1.4.2'));
        await ports.signer.sign(ref, key);
      },
    },
  };
  await publishChart(order, watching);
  expect(seen).toEqual([undefined]);
  await publishChart(order, ports);
  expect(signed).toHaveLength(1);
  const none = { ...ports.signer, verify: async () => ({ kind: 'none', why: 'no signature' }) as const };
  await publishChart(order, { ...ports, signer: none });
  expect(signed).toHaveLength(2);
});

test("Chart.yaml's own version counts where none is given, and must be one", async () => {
  const { ports } = world();
  const odd = {
    ...ports,
    charts: {
      chart: async () => ({
        ...(await ports.charts.chart({ kind: 'path', path: '' }, {}, { dependencyUpdate: false })),
        version: 'v1',
      }),
    },
  };
  await expect(publishChart(ordered, odd)).rejects.toMatchObject({ faults: [{ input: 'version' }] });
});

test('what is there is known by its content, not by what it says of itself', async () => {
  const { registry, ports, signed } = world('theirs');
  await publishChart(ordered, ports);
  const ours = packed('ours');
  const digest = registry.at('a.test', 'charts/shop', '1.4.2') ?? '';
  const there = await registry.manifest({ registry: 'a.test', repository: 'charts/shop', digest });
  const forged = new TextEncoder().encode(
    new TextDecoder()
      .decode(there?.bytes)
      .replace(`source-hash":"${packed('theirs').sourceHash}`, `source-hash":"${ours.sourceHash}`),
  );
  const manifest = { mediaType: there?.mediaType ?? '', digest: sha256(forged), bytes: forged };
  await registry.putManifest({ registry: 'a.test', repository: 'charts/shop', tag: '1.4.2' }, manifest);

  const mine = { ...ports, packager: { ...ports.packager, pack: async () => ours } };
  const asked = { ...ordered, sign: { kind: 'keyless' } as const };
  await expect(publishChart(asked, mine)).rejects.toThrow('with other content');
  expect(signed).toEqual([]);
});

test('without cosign nothing is published that was to be signed', async () => {
  const { registry, ports } = world();
  const version = (): Promise<string> => Promise.reject(new Error('cosign is not on PATH'));
  const without = { ...ports, signer: { ...ports.signer, version } };
  await expect(publishChart({ ...ordered, sign: { kind: 'keyless' } }, without)).rejects.toThrow(
    'not on PATH',
  );
  expect(registry.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
});

test('one that fails after another has it says so', async () => {
  const { registry, ports, said } = world();
  registry.before = (call) => {
    if (call.startsWith('PUT b.test')) throw new Error('b.test is down');
  };
  const both = { ...ordered, destinations: [oci('a.test'), oci('b.test')] };
  await expect(publishChart(both, ports)).rejects.toThrow('b.test is down');
  expect(said.at(-1)).toBe(
    'oci://a.test/charts/shop:1.4.2 has it already, and keeps it: run again for the rest',
  );
});
