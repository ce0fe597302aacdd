import { execFileSync } from 'node:child_process';
import { accessSync, appendFileSync, constants, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const known = ['version', 'token', 'downloadbaseurl'];

try {
  setUp();
} catch (error) {
  console.log(`::error::setup-helm stand-in: ${error.message}`);
  process.exitCode = 1;
}

function setUp() {
  refuseUnknownInputs();
  const asked = (process.env.INPUT_VERSION ?? '').trim() || 'latest';
  if (asked !== 'latest' && !/^v?\d+(\.\d+){0,2}([-+].+)?$/.test(asked))
    throw new Error(`version ${asked} is neither latest nor a version`);

  const binary = chooseBinary(asked);
  const found = execFileSync(binary, ['version', '--short'], { encoding: 'utf8' }).trim();
  if (asked !== 'latest' && !`${found}+`.startsWith(asked.startsWith('v') ? asked : `v${asked}`)) {
    console.log(`::notice::setup-helm stand-in: ${asked} was asked, this machine's is ${found}`);
  }
  // Under its own name in a folder of its own: the sandbox calls its binaries as it likes.
  const base = process.env.RUNNER_TEMP || tmpdir();
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, 'setup-helm-'));
  const helm = join(folder, 'helm');
  symlinkSync(binary, helm);
  appendFileSync(process.env.GITHUB_PATH, `${folder}\n`);
  appendFileSync(process.env.GITHUB_OUTPUT, `helm-path=${helm}\n`);
  console.log(`Helm ${found} is on PATH`);
}

function chooseBinary(asked) {
  const { SLIPWAY_HELM, SLIPWAY_HELM3, SLIPWAY_HELM4 } = process.env;
  const byMajor = /^v?3(\.|$)/.test(asked) ? SLIPWAY_HELM3 : SLIPWAY_HELM4;
  const binary = SLIPWAY_HELM || byMajor;
  if (!binary)
    throw new Error(
      `no helm for ${asked}: set SLIPWAY_HELM, or SLIPWAY_HELM3 and SLIPWAY_HELM4, to its path`,
    );
  accessSync(binary, constants.X_OK);
  return binary;
}

function refuseUnknownInputs() {
  const names = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `Unexpected input(s) ${unknown.join(', ')}, valid inputs are version, token, downloadBaseURL`,
    );
}
