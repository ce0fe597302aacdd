/** A release as its manager would find it: what the real approval-gate writes of it, GitHub played by the stand-in. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { startGitHub } from '../github/server.ts';
import type { CommitSeed, DeploymentSeed } from '../github/seed.ts';
import { workTree } from '../act/published.ts';

const digest = `sha256:${'3f9ac1e07b52d846'.repeat(4)}`;
const chart = `sha256:${'7be2f4a1c9d06358'.repeat(4)}`;
const before = `sha256:${'b01c77a2e9f4d358'.repeat(4)}`;
const commit = (nth: number): string => `${nth}a4e8c1b7d2f9360`.repeat(3).slice(0, 40);
const minute = 60_000;

const commits: readonly CommitSeed[] = [
  { sha: commit(1), message: 'Release 1.41', author: 'grace' },
  {
    sha: commit(2),
    message: 'Gift wrap for every parcel (#212)',
    author: 'linus',
    files: ['db/migrations/0042_gift_wrap.sql'],
  },
  {
    sha: commit(3),
    message: 'Cart keeps its voucher over a login (#214)',
    author: 'ada',
    files: ['cart/voucher.go', 'cart/session.go'],
  },
  {
    sha: commit(4),
    message: 'Retry the payment provider once (#215)',
    author: 'linus',
    files: ['payment/client.go'],
  },
  {
    sha: commit(5),
    message: 'Two replicas more in production (#217)',
    author: 'grace',
    files: ['deploy/values-production.yaml'],
  },
];

const of = (seq: number, state: string, what = before): string =>
  `shop-production/shop#${seq} ${state} ${what.slice(0, 19)}`;

const deployments: readonly DeploymentSeed[] = [
  {
    ref: commit(1),
    sha: commit(1),
    environment: 'production',
    task: 'rollback',
    statuses: [
      { state: 'in_progress', description: of(39, 'planned') },
      { state: 'success', description: of(39, 'verified') },
    ],
  },
  {
    ref: commit(1),
    sha: commit(1),
    environment: 'production',
    statuses: [{ state: 'success', description: of(41, 'verified') }],
  },
];

const by = {
  repository: 'acme/shop',
  run: '4711',
  attempt: 1,
  job: '1',
  actor: 'ada',
  sha: commit(5),
  ref: 'refs/heads/main',
};

/** What the jobs before the gate left for it. */
const left = (at: Date): Readonly<Record<string, string>> => ({
  '.github/slipway.yml': 'migrations: { paths: [db/migrations/**], undo: manual }\n',
  'deploy/values-production.yaml': 'replicas: 6\n',
  'left/record.json': JSON.stringify({
    schema: 'slipway/release-record/v1',
    id: 'shop-staging/shop#87',
    seq: 87,
    release: 'shop',
    namespace: 'shop-staging',
    kind: 'release',
    state: 'verified',
    createdAt: at.toISOString(),
    by,
    to: {
      images: { 'Deployment/shop/app': `ghcr.io/acme/shop@${digest}` },
      chart: 'shop',
      chartVersion: '1.42.0',
      chartDigest: '',
      valuesHash: '',
    },
    revision: 87,
    steps: [],
    verdicts: [
      {
        name: 'smoke-test',
        outcome: 'pass',
        reason: '6 checks passed, 3 of 3 pods say 1.42.0, p95 38 ms',
        at: at.toISOString(),
        by,
      },
    ],
    expects: ['smoke-test'],
    undoable: 'automatic',
  }),
  'left/backup.json': told(
    at,
    'backup-db',
    'the newest backup of shop, 20261126T021704Z-1f2e3d (restored), is 7h12m old',
  ),
  'left/dry-run.json': told(at, 'deploy-helm', 'dry run: nothing was changed', {
    environment: 'production',
    plan: {
      changes: [
        '! Deployment shop (+2 -2)',
        '! ConfigMap shop (+1 -1)',
        '! HorizontalPodAutoscaler shop (+1 -1)',
      ],
      advice: [
        {
          subject: 'Deployment shop-mail',
          why: 'maxUnavailable is 25% by default: 1 of 3 pods may be gone while it rolls out',
        },
      ],
    },
  }),
});

function told(endedAt: Date, action: string, reason: string, data: object = {}): string {
  return JSON.stringify({
    schema: 'slipway/report/v1',
    action,
    result: 'success',
    reason,
    endedAt: endedAt.toISOString(),
    by: { run: by.run },
    data,
  });
}

const inputs = {
  mode: 'propose',
  environment: 'production',
  images: `image=ghcr.io/acme/shop:1.42.0@${digest}`,
  chart: `oci://ghcr.io/acme/charts/shop@${chart}`,
  'values-files': 'deploy/values-production.yaml',
  record: 'left/record.json',
  reports: 'left/backup.json\nleft/dry-run.json',
};

/** The step's summary, Markdown. */
export async function decisionSummary(now = new Date()): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-decision-'));
  // What was deployed lies days back, and a way back took 41 s.
  let at = now.getTime() - 3 * 24 * 60 * minute;
  const github = await startGitHub({ now: () => new Date((at += 41_000)) });
  try {
    github.plant({
      repositories: [
        {
          name: by.repository,
          runs: [{ id: Number(by.run) }],
          commits: [...commits],
          deployments: [...deployments],
          environments: [{ name: 'production', reviewers: ['grace', 'katherine'], preventSelfReview: true }],
        },
      ],
    });
    for (const [path, text] of Object.entries(left(new Date(now.getTime() - 25 * minute)))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await stepSummary(folder, github.url);
  } finally {
    await github.close();
    await rm(folder, { recursive: true });
  }
}

async function stepSummary(folder: string, apiUrl: string): Promise<string> {
  const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map(
    (name) => [name, join(folder, name)] as const,
  );
  for (const [, path] of files) await writeFile(path, '');
  const given = { ...(await defaults()), ...inputs, 'github-token': 'ghs_demo' };
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...Object.fromEntries(files),
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
    GITHUB_REPOSITORY: by.repository,
    GITHUB_RUN_ID: by.run,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'propose',
    GITHUB_ACTOR: by.actor,
    GITHUB_SHA: by.sha,
    GITHUB_REF: by.ref,
    GITHUB_WORKSPACE: folder,
    GITHUB_API_URL: apiUrl,
    RUNNER_TEMP: folder,
    RUNNER_NAME: 'demo',
  };
  await promisify(execFile)(process.execPath, [join(workTree, 'actions/approval-gate/main.ts')], { env });
  return readFile(join(folder, 'GITHUB_STEP_SUMMARY'), 'utf8');
}

/** As the runner fills them in, expressions left out. */
async function defaults(): Promise<Record<string, string>> {
  const path = join(workTree, 'actions/approval-gate/action.yml');
  const declared = (load(await readFile(path, 'utf8')) as { inputs: Record<string, { default?: unknown }> })
    .inputs;
  return Object.fromEntries(
    Object.entries(declared).map(([name, { default: value = '' }]) => {
      const text = String(value);
      return [name, text.includes('${{') ? '' : text];
    }),
  );
}
