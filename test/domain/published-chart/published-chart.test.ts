import { describe, expect, test } from '@jest/globals';
import {
  chartAddress,
  parseDestination,
  repositoryFor,
} from '../../../lib/domain/published-chart/destination.ts';
import { archiveIn, chartManifest, configOf } from '../../../lib/domain/published-chart/manifest.ts';
import { chartTag, versionProblem } from '../../../lib/domain/published-chart/version.ts';

describe('version', () => {
  test.each(['1.4.2', '1.4.2-dev.77', '0.0.0', '1.4.2+build.7', '1.4.2-rc.1+a'])('%s is one', (version) => {
    expect(versionProblem(version)).toBeUndefined();
  });

  test.each([
    ['v1.4.2', 'did you mean 1.4.2?'],
    ['=1.4.2', 'did you mean 1.4.2?'],
    ['1.4', 'must be a semantic version'],
    ['latest', 'must be a semantic version'],
    ['01.4.2', 'did you mean 1.4.2?'],
    [`1.4.2-${'a'.repeat(130)}`, 'at most 128'],
  ])('%s is none', (version, problem) => {
    expect(versionProblem(version)).toContain(problem);
  });

  test('a tag knows no plus', () => expect(chartTag('1.4.2+a.b')).toBe('1.4.2_a.b'));
});

describe('destination', () => {
  test.each([
    ['oci://ghcr.io/acme/charts', { kind: 'oci', registry: 'ghcr.io', folder: 'acme/charts' }],
    ['oci://127.0.0.1:5000/charts/', { kind: 'oci', registry: '127.0.0.1:5000', folder: 'charts' }],
    ['oci://localhost:5000', { kind: 'oci', registry: 'localhost:5000', folder: '' }],
    ['https://m.io/', { kind: 'chartmuseum', url: 'https://m.io', api: 'https://m.io/api/charts' }],
    [
      'http://harbor/chartrepo/shop',
      {
        kind: 'chartmuseum',
        url: 'http://harbor/chartrepo/shop',
        api: 'http://harbor/api/chartrepo/shop/charts',
      },
    ],
    [
      'https://m.io/museum/api/org/charts',
      { kind: 'chartmuseum', url: 'https://m.io/museum/org', api: 'https://m.io/museum/api/org/charts' },
    ],
    [
      'https://m.io/museum/api',
      { kind: 'chartmuseum', url: 'https://m.io/museum', api: 'https://m.io/museum/api/charts' },
    ],
    [
      'https://api.m.io',
      { kind: 'chartmuseum', url: 'https://api.m.io', api: 'https://api.m.io/api/charts' },
    ],
  ])('%s', (text, destination) => {
    expect(parseDestination(text)).toEqual({ kind: 'destination', destination });
  });

  test.each([
    ['ghcr.io/acme/charts', 'write oci://'],
    ['oci://ghcr.io/Acme/charts', 'lower case: oci://ghcr.io/acme/charts'],
    ['oci://ghcr.io/acme/charts:1.4.2', 'leave tag and digest out'],
    ['oci://ghcr.io/acme/charts@sha256:aa', 'leave tag and digest out'],
    ['oci:///charts', 'must begin with the registry'],
    ['oci://ghcr.io/a b', 'letters that no repository may have'],
    ['https://user:secret@museum.example.com', 'give them in registries'],
    ['https://', 'is not a URL'],
  ])('%s is none', (text, problem) => {
    expect(parseDestination(text)).toEqual({ kind: 'problem', problem: expect.stringContaining(problem) });
  });

  test('helm appends the name', () => {
    const oci = { kind: 'oci', registry: 'r.io', folder: 'charts' } as const;
    expect(repositoryFor(oci, 'shop')).toEqual({ registry: 'r.io', repository: 'charts/shop' });
    expect(repositoryFor({ ...oci, folder: '' }, 'shop').repository).toBe('shop');
    expect(chartAddress(oci, 'shop')).toBe('oci://r.io/charts/shop');
  });
});

describe('manifest', () => {
  const metadata = {
    version: '1.4.2',
    name: 'shop',
    apiVersion: 'v2',
    home: 'https://shop.example.com',
    sources: ['https://git.example.com/shop', 'https://other.example.com'],
    maintainers: [{ name: 'Ada', email: 'ada@example.com' }, { name: 'Bob' }],
  };
  const blob = (mediaType: string) => ({ mediaType, digest: `sha256:${'a'.repeat(64)}`, size: 1 });
  const parts = {
    config: blob('application/vnd.cncf.helm.config.v1+json'),
    archive: blob('application/vnd.cncf.helm.chart.content.v1.tar+gzip'),
    sourceHash: 'f00d',
  };

  test('the config is the same whatever the order of the keys', () => {
    const { version, ...rest } = metadata;
    expect(configOf({ ...rest, version })).toBe(configOf(metadata));
  });

  test('says what Helm says, and the source', () => {
    expect(JSON.parse(chartManifest(metadata, parts))).toMatchObject({
      annotations: {
        'org.opencontainers.image.title': 'shop',
        'org.opencontainers.image.version': '1.4.2',
        'org.opencontainers.image.url': 'https://shop.example.com',
        'org.opencontainers.image.source': 'https://git.example.com/shop',
        'org.opencontainers.image.authors': 'Ada (ada@example.com), Bob',
        'dev.slipway.source-hash': 'f00d',
      },
    });
  });

  test('is read back; what is no chart is not', () => {
    const read = (text: string) => archiveIn(new TextEncoder().encode(text));
    expect(read(chartManifest(metadata, parts))).toEqual(parts.archive);
    expect(read(JSON.stringify({ layers: [parts.archive] }))).toEqual(parts.archive);
    for (const other of ['{}', 'null', 'no json', '{"layers":[{"mediaType":"x"}]}', '{"manifests":[]}'])
      expect(read(other)).toBeUndefined();
  });
});
