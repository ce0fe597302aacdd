import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/**
 * Appends `name` = `value` to one of the runner's command files (GITHUB_OUTPUT, GITHUB_STATE). The delimiter is
 * random, so that a value cannot end itself early and set a second name. Does nothing when the runner gave no
 * file (a run by hand).
 */
export function appendTo(file: string, name: string, value: string): void {
  if (file === '') return;
  if (!/^[\w.-]+$/.test(name)) throw new Error(`not a name for the runner: ${JSON.stringify(name)}`);
  const delimiter = `slipway_${randomUUID()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}
