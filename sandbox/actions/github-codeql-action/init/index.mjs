import { appendFileSync } from 'node:fs';

const known = [
  'languages',
  'build-mode',
  'queries',
  'packs',
  'config',
  'config-file',
  'source-root',
  'tools',
  'token',
  'analysis-kinds',
  'check-run-id',
  'db-location',
  'debug',
  'debug-artifact-name',
  'debug-database-name',
  'dependency-caching',
  'external-repository-token',
  'matrix',
  'quality-queries',
  'ram',
  'registries',
  'setup-python-dependencies',
  'threads',
  'trap-caching',
];
const languages = {
  actions: ['none'],
  'c-cpp': ['none', 'autobuild', 'manual'],
  csharp: ['none', 'autobuild', 'manual'],
  go: ['autobuild', 'manual'],
  'java-kotlin': ['none', 'autobuild', 'manual'],
  'javascript-typescript': ['none'],
  python: ['none'],
  ruby: ['none'],
  rust: ['none', 'autobuild', 'manual'],
  swift: ['autobuild', 'manual'],
};

try {
  init();
} catch (error) {
  console.log(`::error::codeql-action/init stand-in: ${error.message}`);
  process.exitCode = 1;
}

function init() {
  refuseUnknownInputs();
  const asked = input('languages')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  if (asked.length === 0) throw new Error('no languages: finding them out is not played here');
  const strange = asked.filter((one) => !Object.hasOwn(languages, one));
  if (strange.length > 0) throw new Error(`Did not recognize the following languages: ${strange.join(', ')}`);
  const mode = input('build-mode');
  if (mode !== '' && asked.length > 1) throw new Error('build-mode is for one language alone');
  if (mode !== '' && !languages[asked[0]].includes(mode))
    throw new Error(`${asked[0]} does not have build mode ${mode}: ${languages[asked[0]].join(', ')}`);
  appendFileSync(process.env.GITHUB_ENV, `CODEQL_LANGUAGES=${asked.join(',')}\n`);
  appendFileSync(process.env.GITHUB_OUTPUT, 'codeql-path=\ncodeql-version=\n');
  console.log(`To be analysed: ${asked.join(', ')}`);
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
