import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { defaultValues } from '../../../lib/adapters/helm/default-values.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { chartOf } from '../../e2e/support/charts.ts';

const spawn = processSpawn({ PATH: process.env['PATH'], HOME: tmpdir() });

test('the parent wins over its subcharts, each under its alias, packed or not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-values-'));
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
  const parent = await chartOf('parent', folder, {
    'values.yaml': 'own: 1\nweb: {image: {tag: v2}}\n',
    'Chart.yaml':
      'apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n- {name: app, alias: web, version: 1.0.0}\n- {name: app, alias: jobs, version: 1.0.0}\n- {name: db, version: 1.0.0}\n',
    'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
    'charts/app/values.yaml': 'image: {repository: app, tag: v1}\n',
    'charts/undeclared/Chart.yaml': 'apiVersion: v2\nname: undeclared\nversion: 1.0.0\n',
    'charts/README.md': 'not a chart\n',
    'charts/left-over/values.yaml': 'image: nobody\n',
  });
  await chartOf('db', folder, {
    'values.yaml': 'image: postgres\n',
    'charts/metrics/Chart.yaml': 'apiVersion: v2\nname: metrics\nversion: 1.0.0\n',
    'charts/metrics/values.yaml': 'image: exporter\n',
  });
  const charts = join(folder, 'charts');
  await spawn({ argv: ['tar', '-czf', join(parent, 'charts/db-1.0.0.tgz'), '-C', charts, 'db'] });

  expect(await defaultValues(parent, { spawn, scratch: folder })).toEqual({
    own: 1,
    web: { image: { repository: 'app', tag: 'v2' } },
    jobs: { image: { repository: 'app', tag: 'v1' } },
    db: { image: 'postgres', metrics: { image: 'exporter' } },
    undeclared: {},
  });
});
