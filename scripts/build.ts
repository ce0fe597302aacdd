/** `npm run build [-- --out <folder>] [--fresh]`: builds every bundle into dist/. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDist, projectRoot } from './bundle.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, fresh: { type: 'boolean' } } });

try {
  const out = values.out === undefined ? join(projectRoot, 'dist') : resolve(values.out);
  for (const { name, bytes, seconds, cached } of await buildDist(out, { fresh: values.fresh ?? false })) {
    const took = cached ? 'unchanged, from the cache' : `${seconds.toFixed(1)} s`;
    console.log(`${name.padEnd(26)} ${(bytes / 1e6).toFixed(2).padStart(6)} MB  ${took}`);
  }
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
