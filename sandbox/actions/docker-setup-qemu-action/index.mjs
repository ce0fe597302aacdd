import { appendFileSync } from 'node:fs';

const known = ['image', 'platforms', 'cache-image', 'reset'];
const emulated = ['arm64', 'riscv64', 'ppc64le', 's390x', '386', 'mips64le', 'mips64', 'loong64', 'arm'];

try {
  setUp();
} catch (error) {
  console.log(`::error::setup-qemu stand-in: ${error.message}`);
  process.exitCode = 1;
}

function setUp() {
  refuseUnknownInputs();
  for (const name of ['cache-image', 'reset']) truth(name);
  const asked = (input('platforms') || 'all').split(',').map((one) => one.trim().replace(/^linux\//, ''));
  const unknown = asked.filter((one) => !['all', 'amd64', ...emulated].includes(one));
  if (unknown.length > 0) throw new Error(`no emulator for ${unknown.join(', ')}`);
  const platforms = asked.includes('all') ? emulated : emulated.filter((one) => asked.includes(one));
  const list = ['amd64', ...platforms].map((one) => `linux/${one}`).join(',');
  appendFileSync(process.env.GITHUB_OUTPUT, `platforms=${list}\n`);
  console.log(`Nothing was registered; on a hosted runner: ${list}`);
}

function truth(name) {
  if (!['', 'true', 'True', 'TRUE', 'false', 'False', 'FALSE'].includes(input(name)))
    throw new Error(`${name} ${input(name)} is neither true nor false`);
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
