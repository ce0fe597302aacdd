/** What the author's values are laid over: the chart's own values.yaml and those of its subcharts. */
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeValues } from '../../domain/helm/values.ts';
import { isMap } from '../../domain/images/values-path.ts';
import type { Spawn } from '../../ports/process.ts';
import { asMap, dependenciesOf, exists, readYaml, text, unpack } from './chart-files.ts';

export interface Reading {
  readonly spawn: Spawn;
  /** Where archives of subcharts are unpacked; the caller removes it. */
  readonly scratch: string;
}

/**
 * Each subchart's defaults stand under its alias or name, and the parent's win over them, as Helm coalesces
 * values. A subchart that a condition turns off is there too.
 */
export async function defaultValues(folder: string, reading: Reading, chart = folder): Promise<unknown> {
  const [own, declared, charts] = await Promise.all([
    readYaml(join(folder, 'values.yaml'), chart, {}),
    dependenciesOf(folder),
    subchartFolders(folder, reading),
  ]);
  const below = await Promise.all(
    charts.map(async (subchart) => {
      const name = text(asMap(await readYaml(join(subchart, 'Chart.yaml'), chart, {}))['name']);
      // A folder that is no chart: a missing dependency is told elsewhere.
      if (name === undefined) return [];
      const values = await defaultValues(subchart, reading, chart);
      const aliases = declared.filter((each) => each.name === name).map((each) => each.alias || each.name);
      return (aliases.length === 0 ? [name] : aliases).map((key) => ({ [key]: values }));
    }),
  );
  return mergeValues({}, ...below.flat(), isMap(own) ? own : {});
}

async function subchartFolders(folder: string, { spawn, scratch }: Reading): Promise<string[]> {
  const entries = await readdir(join(folder, 'charts'), { withFileTypes: true }).catch(() => []);
  const found = entries.map(async ({ name }) => {
    const path = join(folder, 'charts', name);
    if (name.endsWith('.tgz')) return unpack(path, await mkdtemp(join(scratch, 'subchart-')), spawn);
    return (await exists(join(path, 'Chart.yaml'))) ? path : undefined;
  });
  return (await Promise.all(found)).filter((path) => path !== undefined);
}
