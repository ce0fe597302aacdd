/** `npm run check-dist [-- --fresh]`: is the committed dist/ what the sources build, byte for byte? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDist, projectRoot } from './bundle.ts';
import { compareFolders } from './compare-folders.ts';

const { values } = parseArgs({ options: { fresh: { type: 'boolean' } } });
const out = await mkdtemp(join(tmpdir(), 'slipway-dist-'));

try {
  await buildDist(out, { fresh: values.fresh ?? false });
  const differences = await compareFolders(out, join(projectRoot, 'dist'));
  if (differences.length === 0) console.log('dist/ is what the sources build');
  else {
    console.error(`dist/ is not what the sources build:\n  ${differences.join('\n  ')}`);
    console.error('do: npm ci && npm run build, then commit dist/');
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`check-dist: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
