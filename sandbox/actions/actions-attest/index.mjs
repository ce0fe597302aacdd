import { randomInt } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const subjects = ['subject-path', 'subject-digest', 'subject-checksums'];
const predicates = ['predicate-type', 'predicate', 'predicate-path'];
const known = [
  ...subjects,
  'subject-name',
  'sbom-path',
  ...predicates,
  'push-to-registry',
  'create-storage-record',
  'show-summary',
  'github-token',
];

try {
  attest();
} catch (error) {
  console.log(`::error::attest stand-in: ${error.message}`);
  process.exitCode = 1;
}

function attest() {
  refuseUnknownInputs();
  const given = subjects.filter((name) => input(name) !== '');
  if (given.length !== 1) throw new Error(`exactly one of ${subjects.join(', ')} must be given`);
  if (input('push-to-registry') === 'true') throw new Error('push-to-registry is not played here');
  const own = predicates.filter((name) => input(name) !== '');
  if (input('sbom-path') !== '' && own.length > 0)
    throw new Error(`sbom-path cannot be used with ${own.join(', ')}`);
  if (own.length > 0 && !own.includes('predicate-type')) throw new Error('predicate-type must be provided');

  const statement = {
    subject: subject(),
    mode: input('sbom-path') ? 'sbom' : own.length > 0 ? 'custom' : 'provenance',
  };
  const base = process.env.RUNNER_TEMP || tmpdir();
  mkdirSync(base, { recursive: true });
  const bundle = join(mkdtempSync(join(base, 'attest-')), 'attestation.json');
  writeFileSync(bundle, `${JSON.stringify(statement)}\n`);
  const id = String(randomInt(1, 1e9));
  const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY = '' } = process.env;
  const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/attestations/${id}`;
  appendFileSync(
    process.env.GITHUB_OUTPUT,
    `bundle-path=${bundle}\nattestation-id=${id}\nattestation-url=${url}\nstorage-record-ids=\n`,
  );
  console.log(`Attested, unsigned: ${JSON.stringify(statement)}`);
}

function subject() {
  const [path, digest, checksums] = subjects.map(input);
  if (digest === '') return path ? { path } : { checksums };
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error('subject-digest must be in the format "sha256:<hex-digest>"');
  if (input('subject-name') === '')
    throw new Error('subject-name must be provided when using subject-digest');
  return { name: input('subject-name'), digest };
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
