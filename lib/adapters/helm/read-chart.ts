import { join } from 'node:path';
import type { Chart } from '../../domain/chart.ts';
import { asMap, findCrds, missingDependencies, readYaml, text } from './chart-files.ts';
import { defaultValues } from './default-values.ts';
import type { Reading } from './default-values.ts';

/** Reads what a chart is from its folder. `path` is what helm will be given. Throws TargetError when it is no chart. */
export async function readChart(
  { path, folder, digest }: { path: string; folder: string; digest: string },
  reading: Reading,
): Promise<Chart> {
  const metadata = asMap(await readYaml(join(folder, 'Chart.yaml'), path));
  const [defaults, missing, hasCrds] = await Promise.all([
    defaultValues(folder, reading, path),
    missingDependencies(folder),
    findCrds(folder, reading.spawn),
  ]);
  return {
    path,
    name: text(metadata['name']),
    version: text(metadata['version']),
    appVersion: text(metadata['appVersion']),
    digest,
    kubeVersion: text(metadata['kubeVersion']),
    defaults,
    missingDependencies: missing.map(({ name, version }) => `${name} ${version}`.trim()),
    hasCrds,
  };
}
