/** Charts for one test: copies of the sandbox's, or written on the spot. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from './step.ts';

/** Copies a chart of sandbox/charts below `folder`, rewriting each of its files; undefined leaves one out. */
export async function chartCopy(
  name: string,
  folder: string,
  rewrite: (text: string, path: string) => string | undefined,
): Promise<string> {
  const copy = join(folder, 'charts', name);
  await cp(join(root, 'sandbox/charts', name), copy, { recursive: true });
  const entries = await readdir(copy, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const text = rewrite(await readFile(file, 'utf8'), file.slice(copy.length + 1));
    await (text === undefined ? rm(file) : writeFile(file, text));
  }
  return copy;
}

/** A chart of these templates. */
export async function chartOf(
  name: string,
  folder: string,
  templates: Readonly<Record<string, string>>,
): Promise<string> {
  const chart = join(folder, 'charts', name);
  const files = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`, ...templates };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(chart, path)), { recursive: true });
    await writeFile(join(chart, path), text);
  }
  return chart;
}
