import { accessSync, appendFileSync, constants, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const known = ['cosign-release', 'install-dir', 'use-sudo'];

try {
  install();
} catch (error) {
  console.log(`::error::cosign-installer stand-in: ${error.message}`);
  process.exitCode = 1;
}

function install() {
  refuseUnknownInputs();
  const asked = (process.env['INPUT_COSIGN-RELEASE'] ?? '').trim();
  const major = /^v(\d+)\.\d+\.\d+$/.exec(asked)?.[1] ?? '3';
  if (asked !== '' && !/^v[23]\.\d+\.\d+$/.test(asked))
    throw new Error(`cosign-release ${asked} is not a version of major 2 or 3`);
  const variable = `SLIPWAY_COSIGN${major}`;
  const binary = process.env[variable];
  if (!binary) throw new Error(`no cosign ${major}: set ${variable} to its path`);
  accessSync(binary, constants.X_OK);
  const base = process.env.RUNNER_TEMP || tmpdir();
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, 'cosign-'));
  symlinkSync(binary, join(folder, 'cosign'));
  appendFileSync(process.env.GITHUB_PATH, `${folder}\n`);
  console.log(`cosign ${major} is on PATH`);
}

function refuseUnknownInputs() {
  const unknown = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unexpected input(s) ${unknown.join(', ')}, valid inputs are ${known.join(', ')}`);
}
