/** What the steps of a job need of its token: docs/github.md, "What a job needs". Pure. */
import { load } from 'js-yaml';

export interface Job {
  readonly permissions?: Permissions;
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

export interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export type Access = 'read' | 'write';
export type Permissions = Readonly<Record<string, Access>>;

type Inputs = Readonly<Record<string, string>>;

const ofOurs: Readonly<Record<string, (inputs: Inputs) => Permissions>> = {
  'approval-gate': ({ mode }) => ({
    deployments: 'read',
    actions: 'read',
    contents: 'read',
    ...(mode === 'issue' ? { issues: 'write' } : {}),
  }),
  'backup-db': () => ({}),
  'build-push': (inputs) => ({ ...packages(inputs, 'write'), ...keyless(inputs) }),
  'deploy-helm': (inputs) => ({
    ...(inputs['dry-run'] === 'true' ? {} : { actions: 'read' as const, ...deployment(inputs) }),
    ...packages(inputs, 'read'),
  }),
  'plan-release': (inputs) => packages(inputs, 'read'),
  promote: (inputs) => ({
    ...packages(inputs, inputs['dry-run'] === 'true' ? 'read' : 'write'),
    ...(/^\s*verified-in:/m.test(inputs['require'] ?? '') ? { deployments: 'read' } : {}),
  }),
  'publish-chart': (inputs) => ({ ...packages(inputs, 'write'), ...keyless(inputs) }),
  release: (inputs) => ({ actions: 'read', ...deployment(inputs) }),
  'restore-db': () => ({}),
  rollback: (inputs) => ({ actions: 'read', ...deployment(inputs) }),
  'smoke-test': ({ record }) => (record === undefined ? {} : { deployments: 'write' }),
};

const ofOthers: Readonly<Record<string, (inputs: Inputs) => Permissions>> = {
  'actions/attest': () => ({ attestations: 'write', 'id-token': 'write' }),
  'actions/checkout': () => ({ contents: 'read' }),
  'actions/download-artifact': (inputs) => ('run-id' in inputs ? { actions: 'read' } : {}),
  'actions/setup-go': () => ({}),
  'actions/upload-artifact': () => ({}),
  'aws-actions/configure-aws-credentials': (inputs) =>
    'role-to-assume' in inputs ? { 'id-token': 'write' } : {},
  'azure/setup-helm': () => ({}),
  'docker/setup-buildx-action': () => ({}),
  'docker/setup-qemu-action': () => ({}),
  'github/codeql-action': () => ({ 'security-events': 'write' }),
  'sigstore/cosign-installer': () => ({}),
};

/** Only the job's own token is asked for a permission; other logins have their own. */
function packages(inputs: Inputs, access: Access): Permissions {
  const logins = (load(inputs['registries'] ?? '[]') ?? []) as { registry?: string; password?: string }[];
  const own = /\bgithub\.token\b/;
  const used = logins.some(({ registry, password = '' }) => registry === 'ghcr.io' && own.test(password));
  return used || own.test(inputs['chart-password'] ?? '') ? { packages: access } : {};
}

const keyless = (inputs: Inputs): Permissions =>
  inputs['sign'] === 'true' && !('sign-key' in inputs) ? { 'id-token': 'write' } : {};

const deployment = ({ environment }: Inputs): Permissions =>
  environment === undefined ? {} : { deployments: 'write' };

function needsOfStep({ uses = '', with: given = {} }: Step): Permissions {
  const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
  const [path = ''] = uses.split('@');
  const [owner = '', repository = '', ...below] = path.split('/');
  if (uses === '') return {};
  const rule =
    repository === 'slipway'
      ? ofOurs[below.at(-1) ?? 'release']
      : ofOthers[`${owner}/${repository}`.toLowerCase()];
  if (rule === undefined) throw new Error(`${path}: say in test/project/job-permissions.ts what it needs`);
  return rule(inputs);
}

/** Of the steps of a job, or of the jobs that it calls: `called` gives the text of a workflow beside it. */
export function needsOf({ steps = [], uses }: Job, called: (path: string) => string = notThere): Permissions {
  const each =
    uses === undefined
      ? steps.map(needsOfStep)
      : jobsIn(called(uses)).map(([, { permissions }]) => permissions);
  return each.reduce<Record<string, Access>>((all, one) => {
    for (const [name, access] of Object.entries(one)) if (all[name] !== 'write') all[name] = access;
    return all;
  }, {});
}

function notThere(path: string): never {
  throw new Error(`nobody knows what ${path} needs`);
}

/** What is needed and not given; `write` has `read` in it. */
export const missing = (needs: Permissions, given: Permissions): string[] =>
  Object.entries(needs).flatMap(([name, access]) =>
    given[name] === access || given[name] === 'write' ? [] : [`${name}: ${access}`],
  );

/** What is given and not needed. */
export const idle = (needs: Permissions, given: Permissions): string[] => missing(given, needs);

/** The jobs of a workflow with the permissions that they have; of a piece of one (a README), those that say theirs. */
export function jobsIn(text: string): [name: string, job: Job & { readonly permissions: Permissions }][] {
  const read = load(text) as { permissions?: Permissions; jobs?: Record<string, Job> } | null;
  if (read === null || typeof read !== 'object' || Array.isArray(read)) return [];
  const jobs = read.jobs ?? read;
  return Object.entries(jobs).flatMap(([name, job]) => {
    const permissions = job?.permissions ?? read.permissions;
    const isJob = job?.steps !== undefined || job?.uses !== undefined;
    return isJob && permissions !== undefined ? [[name, { ...job, permissions }]] : [];
  });
}
