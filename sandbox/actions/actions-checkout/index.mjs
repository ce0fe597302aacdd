import { execFileSync } from 'node:child_process';

const known = ['ref', 'persist-credentials'];

try {
  checkOut();
} catch (error) {
  console.log(`::error::checkout stand-in: ${error.message}`);
  process.exitCode = 1;
}

function checkOut() {
  refuseUnknownInputs();
  const {
    INPUT_REF: ref = '',
    SLIPWAY_TEAM_REPOSITORY: repository,
    GITHUB_WORKSPACE: workspace,
  } = process.env;
  if (!repository)
    throw new Error('SLIPWAY_TEAM_REPOSITORY is not set: it names the repository to check out');
  // An empty one means the event's commit to the real action: here it is a job output that got lost.
  if (ref.trim() === '') throw new Error('ref is empty');
  const tree = execFileSync('git', ['-C', repository, 'archive', ref.trim()], {
    maxBuffer: 64 * 1024 * 1024,
  });
  execFileSync('tar', ['-x', '-C', workspace], { input: tree });
  console.log(`${ref.trim()} is checked out`);
}

function refuseUnknownInputs() {
  const unknown = Object.keys(process.env)
    .filter((name) => name.startsWith('INPUT_'))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`not played here: ${unknown.join(', ')}; only ${known.join(', ')}`);
}
