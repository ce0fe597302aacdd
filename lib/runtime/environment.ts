import { join } from 'node:path';
import type { Actor } from '../domain/record/types.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Every environment name that Slipway itself reads, and why. `INPUT_*` and `STATE_*` are read by pattern. */
export const names = {
  GITHUB_REPOSITORY: 'owner/name, for records, locks and API calls',
  GITHUB_RUN_ID: 'the run, for records and links',
  GITHUB_RUN_ATTEMPT: 'counts re-runs of one run, from 1',
  GITHUB_JOB: "the job's key in the workflow; the same in every matrix leg",
  GITHUB_ACTOR: 'who started the run',
  GITHUB_SHA: 'the commit that the run is about',
  GITHUB_REF: 'the ref that the run is about',
  GITHUB_HEAD_REF: 'the branch of a pull request',
  GITHUB_EVENT_NAME: 'what started the run',
  GITHUB_EVENT_PATH: 'file with the payload of that event',
  GITHUB_API_URL: "base of GitHub's API; another one on GHES",
  GITHUB_SERVER_URL: 'base of links to the run page',
  GITHUB_WORKSPACE: 'where the repository is checked out; relative paths start there',
  GITHUB_OUTPUT: 'file that takes outputs',
  GITHUB_STATE: 'file that takes state for post',
  GITHUB_STEP_SUMMARY: 'file that takes the summary',
  GITHUB_ENV: 'never read or written; kept from children',
  GITHUB_PATH: 'never read or written; kept from children',
  RUNNER_TEMP: 'folder for temporary files; emptied by the runner when the job ends',
  RUNNER_NAME: 'the machine, part of the identity of a job where GitHub gives no id',
  RUNNER_DEBUG: '1 when step debugging is on',
  ACTIONS_STEP_DEBUG: '`true` when step debugging is on (act, older runners)',
  ACTIONS_RUNTIME_TOKEN:
    "the runner's own token; kept from children, but from buildx with a cache of type gha",
  KUBECONFIG: 'the cluster, when no input names one',
  KUBERNETES_SERVICE_HOST: 'set inside a pod: in-cluster access is possible',
  KUBERNETES_SERVICE_PORT: 'goes with KUBERNETES_SERVICE_HOST',
  HELM_DRIVER: 'where Helm keeps releases; anything but `secret` is refused',
  HELM_PLUGINS: "Helm's plugins, left to Helm",
  HELM_REGISTRY_CONFIG: 'where an earlier `helm registry login` kept its credentials',
  HELM_CONFIG_HOME: 'the folder that they are in otherwise',
  XDG_CONFIG_HOME: 'the folder above that one',
  DOCKER_CONFIG: "folder of the user's docker configuration: logins, plugins, builders",
  BUILDX_CONFIG: 'where buildx keeps its builders, when not there',
  BUILDX_BUILDER: 'the builder that an earlier step put in use',
  BUILDKIT_HOST: 'a BuildKit that is to build, when no builder is in use',
  AWS_ACCESS_KEY_ID: 'who we are to AWS, for a login to ECR and for a bucket when no input says it',
  AWS_SECRET_ACCESS_KEY: 'goes with AWS_ACCESS_KEY_ID',
  AWS_SESSION_TOKEN: 'of AWS credentials that are lent for a while',
  AWS_REGION: 'the region of a bucket, when input `region` is empty',
  AWS_DEFAULT_REGION: 'the same, as older tools spell it',
  PATH: 'where tools are looked up',
  HOME: 'where tools keep their configuration',
  HTTPS_PROXY: 'proxy for https',
  https_proxy: 'the same, as curl spells it',
  HTTP_PROXY: 'proxy for http',
  http_proxy: 'the same, as curl spells it',
  NO_PROXY: 'hosts that are reached directly',
  no_proxy: 'the same, as curl spells it',
  NODE_EXTRA_CA_CERTS: 'PEM file of further certificate authorities; Node reads it itself at start',
} as const;

export type EnvName = keyof typeof names;

/** The one place where the process environment is read. A copy: later changes to it are not seen. */
export const processEnvironment = (): Env => ({ ...process.env });

/** The value of a catalogued name; empty when it is not set. */
export const read = (env: Env, name: EnvName): string => env[name] ?? '';

/**
 * What the workflow gave under `with:`, by lower-case name; values untouched. The runner passes `release-name`
 * as `INPUT_RELEASE-NAME` (upper case, dashes kept, spaces as `_`), and an empty string for what was left out.
 */
export function inputsOf(env: Env): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('INPUT_') && value !== undefined) inputs[name.slice(6).toLowerCase()] = value;
  }
  return inputs;
}

/**
 * Who acts. The `job-id` input defaults to `${{ job.check_run_id }}`; where that is empty (act, old GHES),
 * GITHUB_JOB and the runner's name tell the legs of a matrix apart as long as they run on different machines.
 */
export function actorOf(env: Env, inputs: Readonly<Record<string, string>>): Actor {
  const id = inputs['job-id']?.trim() ?? '';
  return {
    repository: read(env, 'GITHUB_REPOSITORY'),
    run: read(env, 'GITHUB_RUN_ID'),
    attempt: Number(read(env, 'GITHUB_RUN_ATTEMPT') || 1),
    job: id === '' ? `${read(env, 'GITHUB_JOB')}@${read(env, 'RUNNER_NAME')}` : id,
    actor: read(env, 'GITHUB_ACTOR'),
    sha: read(env, 'GITHUB_SHA'),
    ref: read(env, 'GITHUB_REF'),
  };
}

export const debugOf = (env: Env): boolean =>
  read(env, 'RUNNER_DEBUG') === '1' || read(env, 'ACTIONS_STEP_DEBUG') === 'true';

const proxyNames = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
] as const;

/** The proxy settings alone, in the form that Node's agents take as `proxyEnv` (Node 24.5 and newer). */
export const proxyOf = (env: Env): Record<string, string> =>
  Object.fromEntries(proxyNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

/** Where GitHub is, as the adapter wants it. github.com when the runner does not say. */
export const githubOf = (
  env: Env,
): { apiUrl: string; serverUrl: string; proxyEnv: Record<string, string> } => ({
  apiUrl: read(env, 'GITHUB_API_URL') || 'https://api.github.com',
  serverUrl: read(env, 'GITHUB_SERVER_URL') || 'https://github.com',
  proxyEnv: proxyOf(env),
});

/** Where `helm registry login` keeps credentials (helm.sh, Helm's environment variables); there may be no such file. */
export function helmRegistryConfig(env: Env): string {
  const config =
    read(env, 'HELM_CONFIG_HOME') ||
    join(read(env, 'XDG_CONFIG_HOME') || join(read(env, 'HOME'), '.config'), 'helm');
  return read(env, 'HELM_REGISTRY_CONFIG') || join(config, 'registry', 'config.json');
}

/** Who we are to AWS, as aws-actions/configure-aws-credentials leaves it; empty where nobody said. */
export function awsOf(env: Env): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  const sessionToken = read(env, 'AWS_SESSION_TOKEN');
  return {
    accessKeyId: read(env, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: read(env, 'AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === '' ? {} : { sessionToken }),
  };
}
