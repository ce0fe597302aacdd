import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { toolPath } from './tools.ts';

const run = promisify(execFile);
const charts = new URL('../../sandbox/charts/', import.meta.url).pathname;
const all = ['crds', 'faults', 'hooks', 'kinds', 'many', 'shop', 'stock', 'umbrella'];
const digest = `sha256:${'a'.repeat(64)}`;

interface Manifest {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}

describe.each(['helm3', 'helm4'] as const)('%s', (tool) => {
  let helm: string;
  beforeAll(async () => {
    helm = await toolPath(tool);
  }, 600_000);

  const render = async (chart: string, ...sets: string[]): Promise<Manifest[]> => {
    const args = [
      'template',
      'r',
      join(charts, chart),
      '--kube-version',
      '1.34.0',
      ...sets.flatMap((one) => ['--set', one]),
    ];
    const { stdout } = await run(helm, args, { maxBuffer: 1 << 24 });
    return loadAll(stdout).filter((one) => one !== null) as Manifest[];
  };
  const kinds = (manifests: Manifest[]): string[] => manifests.map((one) => one.kind).sort();

  test.each(all)('%s passes lint', async (chart) => {
    const { stdout } = await run(helm, ['lint', '--strict', '--kube-version', '1.34.0', join(charts, chart)]);
    expect(stdout).toContain('0 chart(s) failed');
  });

  test.each([
    ['shop', [], ['Deployment', 'Service']],
    [
      'shop',
      ['autoscaling.enabled=true', 'config.A=b', 'test.enabled=true'],
      ['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'Pod', 'Service'],
    ],
    ['hooks', [], ['Deployment', 'Job', 'Job']],
    ['hooks', ['before.enabled=false'], ['Deployment', 'Job']],
    ['crds', [], ['Widget']],
    ['umbrella', [], ['ConfigMap', 'Deployment']],
    ['umbrella', ['stock.enabled=false'], ['ConfigMap']],
    ['kinds', [], []],
    ['kinds', ['pvc.enabled=true', 'pvc.hostPath=/x'], ['PersistentVolume', 'PersistentVolumeClaim']],
    [
      'kinds',
      ['statefulSet', 'daemonSet', 'job', 'pvc', 'loadBalancer', 'deployment'].map(
        (one) => `${one}.enabled=true`,
      ),
      ['DaemonSet', 'Deployment', 'Job', 'PersistentVolumeClaim', 'Service', 'StatefulSet'],
    ],
  ])('%s with %j renders %j', async (chart, sets, expected) => {
    expect(kinds(await render(chart, ...sets))).toEqual(expected);
  });

  test('many has as many as asked', async () => {
    expect(await render('many', 'count=3')).toHaveLength(3);
  });

  test.each([
    ['shop', `image.digest=${digest}`, `127.0.0.1:5000/shop/service:v1@${digest}`],
    ['many', `image.digest=${digest}`, `127.0.0.1:5000/shop/service:v1@${digest}`],
    ['hooks', `image.tag=v2@${digest}`, `127.0.0.1:5000/shop/service:v2@${digest}`],
    ['stock', `image=r.example/x:y@${digest}`, `r.example/x:y@${digest}`],
    ['umbrella', `stock.image=r.example/x@${digest}`, `r.example/x@${digest}`],
  ])('%s takes %s', async (chart, set, image) => {
    expect(JSON.stringify(await render(chart, set))).toContain(`"image":"${image}"`);
  });

  test('with an autoscaler the deployment says no replicas', async () => {
    const deployments = (await render('shop', 'autoscaling.enabled=true')).filter(
      (one) => one.kind === 'Deployment',
    );
    expect(deployments[0]?.spec).not.toHaveProperty('replicas');
  });

  test('the schema of shop refuses', async () => {
    await expect(render('shop', 'replicas=-1')).rejects.toThrow(/replicas/);
  });
});

test('the vendored subchart is the one beside it', async () => {
  const files = async (folder: string): Promise<Record<string, string>> => {
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    const contents = entries.map(async (one) => {
      const path = join(one.parentPath, one.name);
      return [path.slice(folder.length), await readFile(path, 'utf8')] as const;
    });
    return Object.fromEntries(await Promise.all(contents));
  };
  expect(await files(join(charts, 'umbrella/charts/stock'))).toEqual(await files(join(charts, 'stock')));
});
