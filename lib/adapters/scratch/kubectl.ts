/** What kubectl is asked for scratch pods. */
import type { Milliseconds } from '../../domain/duration.ts';
import { scratchLabel } from '../../domain/database/scratch-mark.ts';
import { CancelledError, TargetError, ToolError, UnreachableError } from '../../domain/errors.ts';
import type { Cancellable } from '../../ports/database.ts';
import type { Spawn } from '../../ports/process.ts';
import { clusterEnvironment } from '../database-place/argv.ts';
import { explainPlace } from '../database-place/explain.ts';

export interface Kubectl {
  readonly command: (...args: string[]) => { readonly argv: string[]; readonly env: Record<string, string> };
  /** What it printed; throws what it could not do in our words. */
  readonly ask: (args: readonly string[], options?: Cancellable & { input?: string }) => Promise<string>;
}

export interface ClusterFile {
  /** Several, as KUBECONFIG names them: `a:b`. */
  readonly path: string;
  readonly context?: string;
}

/** What an identity must be allowed in the namespace of scratch pods; for the README. */
const scratchPodPermissions = [
  { resource: 'pods', verbs: ['create', 'get', 'list', 'watch', 'delete'] },
  { resource: 'pods/exec', verbs: ['create'] },
] as const;

const patience: Milliseconds = 60_000;

export function kubectlIn(namespace: string, { path, context }: ClusterFile, spawn: Spawn): Kubectl {
  const env = clusterEnvironment(path);
  const named = context === undefined ? [] : ['--context', context];
  const command: Kubectl['command'] = (...args) => ({
    argv: ['kubectl', ...named, '--namespace', namespace, ...args],
    env,
  });
  return {
    command,
    async ask(args, { input, signal } = {}) {
      const asked = { ...command(...args), ...(input === undefined ? {} : { input }) };
      const exit = await spawn(asked, { timeout: patience, ...(signal === undefined ? {} : { signal }) });
      if (exit.status === 0) return exit.stdout;
      if (exit.cancelled) throw new CancelledError();
      if (exit.timedOut) throw new UnreachableError('the cluster did not answer kubectl within a minute');
      throw explained(exit.stderr, exit.status, asked.argv, `namespace ${namespace}`);
    },
  };
}

/** One line per change: when it was asked to go, `|`, its status as JSON. kubectl turns tabs into spaces. */
export const watchArgs = (pod: string): string[] => [
  'get',
  'pod',
  pod,
  '--watch',
  '--output',
  'jsonpath={.metadata.deletionTimestamp}|{.status}{"\\n"}',
];

/** Name and mark of each, a line each. */
export const listArgs: readonly string[] = [
  'get',
  'pods',
  '--selector',
  scratchLabel,
  '--output',
  `jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.${scratchLabel.replaceAll('.', '\\.')}}{"\\n"}{end}`,
];

/** Not waited for: what the API server has accepted, the kubelet does. */
export const deleteArgs = (pod: string): string[] => [
  'delete',
  'pod',
  pod,
  '--ignore-not-found',
  '--wait=false',
  '--grace-period=1',
];

const refusals: readonly [RegExp, string][] = [
  [/violates PodSecurity/, 'name an image whose user is not root: scratch: { pod: { image: … } }'],
  [/exceeded quota/, 'raise the namespace’s quota, or name another: scratch: { pod: { namespace: … } }'],
  [/namespaces "[^"]*" not found/, 'name a namespace that is there: scratch: { pod: { namespace: … } }'],
  [
    /cannot \w+ resource "pods/,
    `allow ${scratchPodPermissions.map(({ resource, verbs }) => `${verbs.join(', ')} on ${resource}`).join('; ')} in that namespace`,
  ],
];

/** Why kubectl did not do it, in the API server's own words where it refused. */
export function explained(
  stderr: string,
  exit: number | string,
  argv: readonly string[],
  subject: string,
): Error {
  const place = explainPlace(stderr, subject);
  if (place !== undefined) return place;
  const [, said] = /Error from server(?: \(\w+\))?: (.*)/s.exec(stderr) ?? [];
  if (said === undefined) {
    const lastLines = stderr.trimEnd().split('\n').slice(-5);
    return new ToolError(`kubectl failed: ${lastLines.at(-1)}`, { argv, exit, lastLines });
  }
  const words = said.replace(/^error when creating "STDIN": /, '').trim();
  const [, remedy = 'see the cause, or choose another place: scratch'] =
    refusals.find(([pattern]) => pattern.test(words)) ?? [];
  return new TargetError(`the cluster refuses a scratch pod: ${words}`, { subject, remedy });
}
