import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

const known = [
  'name',
  'path',
  'if-no-files-found',
  'retention-days',
  'compression-level',
  'overwrite',
  'include-hidden-files',
  'archive',
];

try {
  upload();
} catch (error) {
  console.log(`::error::upload-artifact stand-in: ${error.message}`);
  process.exitCode = 1;
}

function upload() {
  refuseUnknownInputs();
  const wanted = {
    name: input('name') || 'artifact',
    patterns: input('path')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('#')),
    whenNone: oneOf('if-no-files-found', ['warn', 'error', 'ignore'], 'warn'),
    overwrite: truth('overwrite', false),
    hidden: truth('include-hidden-files', false),
    archive: truth('archive', true),
  };
  whole('retention-days', 0, 90);
  whole('compression-level', 0, 9);
  if (wanted.patterns.length === 0) throw new Error('Input required and not supplied: path');

  const { files, root } = find(wanted.patterns, wanted.hidden);
  if (files.length === 0) return nothingFound(wanted);
  if (!wanted.archive && files.length > 1)
    throw new Error(`archive: false takes one file, ${files.length} were found`);

  const name = wanted.archive ? wanted.name : basename(files[0]);
  if (/[":<>|*?\r\n\\/]/.test(name)) throw new Error(`The artifact name is not valid: ${name}`);
  const stored = store(name, files, wanted.archive ? root : dirname(files[0]), wanted.overwrite);

  const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY = '' } = process.env;
  output('artifact-id', stored.id);
  output('artifact-digest', stored.digest);
  output(
    'artifact-url',
    `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${runId()}/artifacts/${stored.id}`,
  );
  console.log(`Artifact ${name} has ${files.length} file(s), id ${stored.id}, sha256 ${stored.digest}`);
}

function nothingFound({ whenNone, patterns }) {
  const message = `No files were found with the provided path: ${patterns.join(', ')}. No artifacts will be uploaded.`;
  if (whenNone === 'error') throw new Error(message);
  console.log(whenNone === 'warn' ? `::warning::${message}` : message);
}

function store(name, files, root, overwrite) {
  const run = join(artifactDir(), runId());
  const folder = join(run, name);
  const record = join(run, '.artifacts', `${name}.json`);
  if (existsSync(record)) {
    if (!overwrite)
      throw new Error(`Conflict: an artifact with this name already exists on the workflow run: ${name}`);
    rmSync(folder, { recursive: true });
  }
  for (const file of files) {
    const target = join(folder, relative(root, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
  mkdirSync(dirname(record), { recursive: true });
  const stored = { id: nextId(), name, digest: digestOf(folder) };
  writeFileSync(record, JSON.stringify(stored));
  return stored;
}

/** Counts in the store's own folder, so that ids differ between runs too. */
function nextId() {
  const counter = join(artifactDir(), '.last-id');
  const id = (existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0) + 1;
  writeFileSync(counter, String(id));
  return id;
}

/** The files that the patterns choose, last match wins, and the folder that their paths are kept from. */
function find(patterns, hidden) {
  const rules = patterns.map((pattern) => {
    const exclude = pattern.startsWith('!');
    const text = resolve(expandHome(exclude ? pattern.slice(1).trim() : pattern));
    return { exclude, expression: toExpression(text), from: literalPart(text) };
  });
  const starts = rules.filter((rule) => !rule.exclude).map((rule) => rule.from);
  const all = new Set(starts.flatMap((start) => walk(start, hidden)));
  const files = [...all].filter((file) =>
    rules.reduce((taken, rule) => (hits(rule, file) ? !rule.exclude : taken), false),
  );
  if (starts.length > 1) return { files, root: commonFolder(starts) };
  const [start] = starts;
  return { files, root: files.length === 1 && files[0] === start ? dirname(start) : start };
}

/** A pattern takes a file by itself or by a folder above it. */
function hits({ expression }, file) {
  for (let path = file; path !== dirname(path); path = dirname(path)) if (expression.test(path)) return true;
  return false;
}

function walk(path, hidden) {
  if (!existsSync(path) || (!hidden && basename(path).startsWith('.'))) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => walk(join(path, name), hidden));
}

function literalPart(pattern) {
  const parts = pattern.split(sep);
  const wild = parts.findIndex((part) => /[*?[]/.test(part));
  return wild < 0 ? pattern : parts.slice(0, wild).join(sep) || sep;
}

function toExpression(pattern) {
  const source = pattern.replaceAll(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[.+^${}()|\\]/g, (found) => {
    if (found === '**/') return '(?:.*/)?';
    if (found === '**') return '.*';
    if (found === '*') return '[^/]*';
    if (found === '?') return '[^/]';
    return found.startsWith('[') ? found : `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}

function commonFolder(paths) {
  const split = paths.map((path) => path.split(sep));
  const [first] = split;
  const differs = first.findIndex((part, at) => split.some((one) => one[at] !== part));
  return first.slice(0, differs < 0 ? -1 : differs).join(sep) || sep;
}

function digestOf(folder) {
  const hash = createHash('sha256');
  for (const file of walk(folder, true))
    hash.update(relative(folder, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function artifactDir() {
  const folder = process.env.SLIPWAY_ARTIFACT_DIR;
  if (!folder) throw new Error('SLIPWAY_ARTIFACT_DIR is not set: it names the folder that artifacts go to');
  mkdirSync(folder, { recursive: true });
  return folder;
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
    throw new Error(
      `Unrecognized ${name} input. Provided: ${value}. Available options: ${allowed.join(', ')}`,
    );
  return value;
}

function truth(name, otherwise) {
  return (
    oneOf(name, ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'], String(otherwise)).toLowerCase() ===
    'true'
  );
}

function whole(name, least, most) {
  const value = input(name);
  if (value && !(/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most))
    throw new Error(`Invalid ${name}: ${value}, give ${least} to ${most}`);
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function output(name, value) {
  appendFileSync(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
}

function runId() {
  return process.env.GITHUB_RUN_ID || '0';
}

function expandHome(path) {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path;
}
