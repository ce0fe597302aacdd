/** `node sandbox/github/cli.ts [--port 0] [--seed file.json]`: prints one line with the URL, runs until it is told to stop. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Seed } from './seed.ts';
import { startGitHub } from './server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, seed: { type: 'string' } },
});
const seed = values.seed === undefined ? undefined : (JSON.parse(readFileSync(values.seed, 'utf8')) as Seed);
const github = await startGitHub({ port: Number(values.port), ...(seed && { seed }) });
console.log(github.url);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void github.close());
}
