import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const known = [
  'name',
  'artifact-ids',
  'path',
  'pattern',
  'merge-multiple',
  'github-token',
  'repository',
  'run-id',
  'skip-decompress',
  'digest-mismatch',
];

try {
  download();
} catch (error) {
  console.log(`::error::download-artifact stand-in: ${error.message}`);
  process.exitCode = 1;
}

function download() {
  refuseUnknownInputs();
  const onMismatch = oneOf('digest-mismatch', ['ignore', 'info', 'warn', 'error'], 'error');
  const merge = truth('merge-multiple');
  if (truth('skip-decompress'))
    throw new Error('skip-decompress: true is not played here: nothing is a zip in the sandbox');
  if (input('name') && input('artifact-ids'))
    throw new Error("Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one.");

  const run = runFolder();
  const chosen = choose(listArtifacts(run));
  const target = resolve(expandHome(input('path') || process.env.GITHUB_WORKSPACE || '.'));
  mkdirSync(target, { recursive: true });
  // One artifact that was named goes straight into the folder; of several each gets a folder of its own.
  const flat = merge || input('name') !== '' || (input('artifact-ids') !== '' && chosen.length === 1);
  for (const artifact of chosen) {
    checkDigest(join(run, artifact.name), artifact, onMismatch);
    cpSync(join(run, artifact.name), flat ? target : join(target, artifact.name), {
      recursive: true,
      force: true,
    });
    console.log(`Artifact ${artifact.name} (${artifact.id}) downloaded`);
  }
  appendFileSync(process.env.GITHUB_OUTPUT, `download-path=${target}\n`);
  console.log(`Total of ${chosen.length} artifact(s) downloaded to ${target}`);
}

function runFolder() {
  const store = process.env.SLIPWAY_ARTIFACT_DIR;
  if (!store)
    throw new Error('SLIPWAY_ARTIFACT_DIR is not set: it names the folder that artifacts come from');
  const own = process.env.GITHUB_RUN_ID || '0';
  const asked = input('run-id') || own;
  if (asked !== own && !input('github-token'))
    throw new Error(`run-id ${asked} is another run: github-token is needed`);
  return join(store, asked);
}

function listArtifacts(run) {
  const folder = join(run, '.artifacts');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

function choose(artifacts) {
  const name = input('name');
  if (name) {
    const found = artifacts.find((one) => one.name === name);
    if (!found) throw new Error(`Unable to download artifact(s): Artifact not found for name: ${name}`);
    return [found];
  }
  const ids = input('artifact-ids')
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  if (ids.length > 0) {
    const unknown = ids.filter((id) => !artifacts.some((one) => String(one.id) === id));
    if (unknown.length > 0)
      throw new Error(`None of the provided artifact IDs were found: ${unknown.join(', ')}`);
    return artifacts.filter((one) => ids.includes(String(one.id)));
  }
  const pattern = input('pattern');
  return pattern ? artifacts.filter((one) => toExpression(pattern).test(one.name)) : artifacts;
}

function toExpression(pattern) {
  const source = pattern.replaceAll(/\*+|\?|\{[^}]*\}|[.+^$()|\\]/g, (found) => {
    if (found.startsWith('*')) return '.*';
    if (found === '?') return '.';
    if (found.startsWith('{')) return `(?:${found.slice(1, -1).split(',').join('|')})`;
    return `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}

function checkDigest(folder, { name, digest }, onMismatch) {
  const found = digestOf(folder);
  if (found === digest || onMismatch === 'ignore') return;
  const message = `Artifact ${name}: digest is ${found}, expected ${digest}`;
  if (onMismatch === 'error') throw new Error(message);
  console.log(onMismatch === 'warn' ? `::warning::${message}` : message);
}

function digestOf(folder) {
  const hash = createHash('sha256');
  for (const file of walk(folder))
    hash.update(relative(folder, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function walk(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => walk(join(path, name)));
}

function refuseUnknownInputs() {
  const names = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unexpected input(s) ${unknown.join(', ')}, valid inputs are ${known.join(', ')}`);
}

function oneOf(name, allowed, otherwise) {
  const value = input(name) || otherwise;
  if (!allowed.includes(value))
    throw new Error(`Invalid ${name}: ${value}. Available options: ${allowed.join(', ')}`);
  return value;
}

function truth(name) {
  return oneOf(name, ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'], 'false').toLowerCase() === 'true';
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function expandHome(path) {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path;
}
