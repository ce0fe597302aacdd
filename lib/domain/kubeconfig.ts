/** Reads kubeconfigs: which cluster, and who we are there. Pure: files that it names are read elsewhere. */
import { CORE_SCHEMA, load } from 'js-yaml';

export interface KubeconfigCluster {
  readonly server: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
}

export interface KubeconfigUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly exec?: { readonly command?: string };
  readonly 'auth-provider'?: { readonly name?: string };
  readonly as?: string;
}

export interface KubeconfigContext {
  readonly cluster: string;
  readonly user?: string;
  readonly namespace?: string;
}

export interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: KubeconfigContext }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: KubeconfigCluster }[];
  readonly users?: readonly { readonly name: string; readonly user: KubeconfigUser }[];
}

/** One cluster and one identity there, as a context names them. */
export interface KubeconfigTarget {
  readonly context: string;
  readonly namespace: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

/** `about` is the input to mend. Nothing of a kubeconfig is ever quoted but the names of its contexts. */
export interface KubeconfigFault {
  readonly kind: 'fault';
  readonly about: 'kubeconfig' | 'context';
  readonly problem: string;
}

export interface ReadKubeconfig {
  readonly kind: 'ok';
  /** The YAML, decoded when it came as base64. */
  readonly text: string;
  readonly config: Kubeconfig;
  readonly target: KubeconfigTarget;
}

const fault = (about: KubeconfigFault['about'], problem: string): KubeconfigFault => ({
  kind: 'fault',
  about,
  problem,
});

/** Reads a kubeconfig given as YAML, JSON or base64 of either, and the context that is meant ('' = current). */
export function readKubeconfig(given: string, context = ''): ReadKubeconfig | KubeconfigFault {
  const text = isBase64(given) ? decoded(given) : given;
  const config = parseKubeconfig(text);
  if (config === undefined) {
    if (isBase64(text) && parseKubeconfig(decoded(text)) !== undefined) {
      return fault('kubeconfig', 'is base64 of base64: encode it once');
    }
    return fault(
      'kubeconfig',
      'is neither YAML nor base64 of YAML: give the file as text, or `base64 -w0` of it',
    );
  }
  const target = targetOf(config, context);
  return target.kind === 'fault' ? target : { kind: 'ok', text, config, target };
}

/** A kubeconfig always has a colon, and no base64 has one. */
const isBase64 = (text: string): boolean => /^[\w+/=\s-]+$/.test(text) && text.trim().length > 16;

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** Parses one kubeconfig file, which may hold only a part of the whole; undefined when it is no YAML map. */
export function parseKubeconfig(text: string): Kubeconfig | undefined {
  try {
    const value: unknown = load(text, { schema: CORE_SCHEMA });
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMap ? value : undefined;
  } catch {
    // The parser quotes the lines around its mistake, and they may hold a key.
    return undefined;
  }
}

/** Follows the context to its cluster and user; a name that leads nowhere is a fault that lists what there is. */
export function targetOf(
  config: Kubeconfig,
  wanted: string,
): (KubeconfigTarget & { readonly kind: 'target' }) | KubeconfigFault {
  const { contexts, clusters, users = [] } = config;
  if (!isNamed(contexts) || !isNamed(clusters) || !isNamed(users)) {
    return fault(
      'kubeconfig',
      'has no clusters and contexts: `kubectl config view --raw --minify` prints a whole one',
    );
  }
  const name = wanted || config['current-context'] || (contexts.length === 1 ? contexts[0]?.name : '') || '';
  const known = contexts.map((each) => each.name).join(', ') || 'none';
  if (name === '')
    return fault('context', `the kubeconfig names no current-context; choose one of: ${known}`);

  const context = contexts.find((each) => each.name === name)?.context;
  if (context === undefined)
    return fault('context', `the kubeconfig has no context ${name}; it has: ${known}`);
  const cluster = clusters.find((each) => each.name === context.cluster)?.cluster;
  if (cluster === undefined)
    return fault('kubeconfig', `context ${name} names a cluster that is not in clusters`);
  const user = users.find((each) => each.name === context.user)?.user;
  if (user === undefined && context.user) {
    return fault('kubeconfig', `context ${name} names a user that is not in users`);
  }
  const problem = problemOf(cluster, user ?? {});
  if (problem !== undefined) return fault('kubeconfig', `context ${name}: ${problem}`);
  return {
    kind: 'target',
    context: name,
    namespace: context.namespace ?? 'default',
    cluster,
    user: user ?? {},
  };
}

const isNamed = <T extends { readonly name: string }>(list: readonly T[] | undefined): list is readonly T[] =>
  Array.isArray(list) && list.every((each: Partial<T> | null) => typeof each?.name === 'string');

function problemOf(cluster: KubeconfigCluster, user: KubeconfigUser): string | undefined {
  const server = serverProblem(cluster.server);
  if (server !== undefined) return server;
  const switches = new Set(['insecure-skip-tls-verify', 'disable-compression', 'exec', 'auth-provider']);
  for (const [field, value] of Object.entries({ ...cluster, ...user })) {
    const structured = switches.has(field) || field === 'extensions' || field.startsWith('as-');
    if (!structured && typeof value !== 'string') return `${field} must be text; put it in quotes`;
  }
  return undefined;
}

/** Why we would not talk to this address; plain http only reaches this machine, for credentials travel in it. */
export function serverProblem(server: unknown): string | undefined {
  if (typeof server !== 'string' || !URL.canParse(server)) return 'server must be a URL: https://host:port';
  const { protocol, hostname } = new URL(server);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return undefined;
  return 'server must be https://: over plain http the credentials could be read on the way';
}

/** Whether a URL's host is this machine itself. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

/** Merges the files of KUBECONFIG as kubectl and helm do: the first to name something wins. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const first = <T extends { readonly name: string }>(lists: readonly (readonly T[] | undefined)[]): T[] =>
    [
      ...new Map(
        lists
          .flatMap((list) => list ?? [])
          .reverse()
          .map((each) => [each.name, each]),
      ).values(),
    ].reverse();
  const current = configs.map((each) => each['current-context']).find(Boolean);
  return {
    ...(current === undefined ? {} : { 'current-context': current }),
    contexts: first(configs.map((each) => each.contexts)),
    clusters: first(configs.map((each) => each.clusters)),
    users: first(configs.map((each) => each.users)),
  };
}
