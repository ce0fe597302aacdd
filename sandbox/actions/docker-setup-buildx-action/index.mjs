import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

const known = [
  'version',
  'name',
  'driver',
  'driver-opts',
  'buildkitd-flags',
  'buildkitd-config',
  'buildkitd-config-inline',
  'platforms',
  'endpoint',
  'append',
  'use',
  'cache-binary',
  'cleanup',
  'keep-state',
];

try {
  setUp();
} catch (error) {
  console.log(`::error::setup-buildx stand-in: ${error.message}`);
  process.exitCode = 1;
}

function setUp() {
  refuseUnknownInputs();
  const address = process.env.BUILDKIT_HOST;
  if (!address) throw new Error('no BuildKit: set BUILDKIT_HOST to its address');
  const driver = input('driver') || 'docker-container';
  if (!['docker-container', 'remote'].includes(driver))
    throw new Error(`driver ${driver} is not played: docker-container or remote`);
  const found = buildx('version').split(' ')[1] ?? '';
  const asked = input('version');
  if (asked && asked !== 'latest' && asked.replace(/^v/, '') !== found.replace(/^v/, ''))
    console.log(`::notice::setup-buildx stand-in: ${asked} was asked, this machine's is ${found}`);

  const name = input('name') || `builder-${randomUUID()}`;
  const use = input('use') === 'false' ? [] : ['--use'];
  buildx('create', '--name', name, '--driver', 'remote', ...use, address);
  const platforms = /^\s*Platforms:\s*(.+)$/m.exec(buildx('inspect', '--bootstrap', name))?.[1] ?? '';
  const list = platforms.replaceAll(/[* ]/g, '');
  const nodes = JSON.stringify([{ name: `${name}0`, endpoint: address, status: 'running', platforms: list }]);
  appendFileSync(
    process.env.GITHUB_OUTPUT,
    `name=${name}\ndriver=${driver}\nplatforms=${list}\nnodes=${nodes}\n`,
  );
  console.log(`buildx ${found} builds at ${address} as ${name}`);
}

function buildx(...args) {
  try {
    // The builder is what is being made: BUILDKIT_HOST would be another one.
    const env = { ...process.env, BUILDKIT_HOST: undefined };
    return execFileSync('buildx', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    throw new Error(`buildx ${args[0]}: ${error.stderr?.trim() || error.message}`, { cause: error });
  }
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
