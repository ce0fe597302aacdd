import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const known = [
  'go-version',
  'go-version-file',
  'check-latest',
  'token',
  'cache',
  'cache-dependency-path',
  'architecture',
];

try {
  setUp();
} catch (error) {
  console.log(`::error::setup-go stand-in: ${error.message}`);
  process.exitCode = 1;
}

function setUp() {
  refuseUnknownInputs();
  const { SLIPWAY_GOCACHE, GITHUB_WORKSPACE, GITHUB_ENV, GITHUB_OUTPUT } = process.env;
  const file = input('go-version-file');
  if (file !== '' && !existsSync(join(GITHUB_WORKSPACE ?? '', file)))
    throw new Error(`The specified go version file at: ${file} does not exist`);
  const found = execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim().replace(/^go/, '');
  const cached = input('cache') !== 'false' && SLIPWAY_GOCACHE !== undefined;
  if (cached) appendFileSync(GITHUB_ENV, `GOCACHE=${SLIPWAY_GOCACHE}\n`);
  appendFileSync(GITHUB_OUTPUT, `go-version=${found}\ncache-hit=${cached}\n`);
  console.log(`Go ${found} is on PATH`);
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function refuseUnknownInputs() {
  const names = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unexpected input(s) ${unknown.join(', ')}, valid inputs are ${known.join(', ')}`);
}
