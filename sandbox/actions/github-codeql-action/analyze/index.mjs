import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const known = [
  'category',
  'output',
  'upload',
  'checkout_path',
  'check_name',
  'cleanup-level',
  'ram',
  'ref',
  'sha',
  'skip-queries',
  'threads',
  'token',
  'matrix',
  'upload-database',
  'wait-for-processing',
  'post-processed-sarif-path',
  'add-snippets',
  'expect-error',
];

try {
  analyse();
} catch (error) {
  console.log(`::error::codeql-action/analyze stand-in: ${error.message}`);
  process.exitCode = 1;
}

function analyse() {
  refuseUnknownInputs();
  const { CODEQL_LANGUAGES = '', SLIPWAY_CODEQL, GITHUB_WORKSPACE = '', GITHUB_OUTPUT } = process.env;
  if (CODEQL_LANGUAGES === '')
    throw new Error('Config file could not be found. Has the init action been called?');
  const upload = input('upload') || 'always';
  if (!['always', 'failure-only', 'never'].includes(upload))
    throw new Error(`upload: ${upload} is no choice`);
  if (SLIPWAY_CODEQL === 'broken') throw new Error('the analysis broke down, as it was told');

  const folder = resolve(GITHUB_WORKSPACE, input('output') || '../results');
  mkdirSync(folder, { recursive: true });
  for (const language of CODEQL_LANGUAGES.split(',')) {
    const report = { version: '2.1.0', runs: [{ tool: { driver: { name: 'CodeQL' } }, results: [] }] };
    writeFileSync(join(folder, `${language}.sarif`), JSON.stringify(report));
  }
  appendFileSync(GITHUB_OUTPUT, `db-locations={}\nsarif-output=${folder}\nsarif-id=\n`);
  console.log(`Nothing found in ${CODEQL_LANGUAGES}, for nothing was looked at`);
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function refuseUnknownInputs() {
  const unknown = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unexpected input(s) ${unknown.join(', ')}, valid inputs are ${known.join(', ')}`);
}
