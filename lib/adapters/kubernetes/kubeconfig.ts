/** From the way in which a workflow names its cluster to a connection. */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import type { ClusterAccess } from '../../domain/cluster.ts';
import { ConfigurationError, messageOf, TargetError } from '../../domain/errors.ts';
import { mergeKubeconfigs, parseKubeconfig, readKubeconfig, targetOf } from '../../domain/kubeconfig.ts';
import type {
  Kubeconfig,
  KubeconfigFault,
  KubeconfigTarget,
  KubeconfigUser,
} from '../../domain/kubeconfig.ts';
import type { Clock } from '../../ports/clock.ts';
import { loadCredentialPlugins } from './credentials/load.ts';
import { fetched, fixed, fromFile } from './credentials/source.ts';
import type { Credentials, Identity } from './credentials/source.ts';
import { proxyFor } from '../http/proxy.ts';
import type { ProxySettings } from '../http/proxy.ts';

/** Everything needed to talk to one API server as one identity. */
export interface Connection {
  readonly server: URL;
  /** The context's namespace, `default` where it names none. */
  readonly namespace: string;
  readonly tls: { readonly ca?: string; readonly servername?: string; readonly rejectUnauthorized?: boolean };
  readonly proxy: URL | undefined;
  readonly credentials: Credentials;
  readonly impersonate?: string;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly proxy: ProxySettings;
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, for in-cluster access. */
  readonly service?: { readonly host: string; readonly port: string };
  /** Told every secret before its first use. */
  readonly mask: (secret: string) => void;
}

/** Where the kubelet puts a pod's own account. */
export const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads how to reach the cluster. Throws ConfigurationError naming the input when that cannot be known. */
export function connectionTo(access: ClusterAccess, options: ConnectionOptions): Connection {
  switch (access.kind) {
    case 'token':
      return withToken(access, options);
    case 'in-cluster':
      return inCluster(options);
    case 'kubeconfig': {
      const { config } = orThrow(readKubeconfig(access.text, access.context));
      return fromConfig(withAbsolutePaths(config, '.'), access.context, options);
    }
    case 'file':
    default: {
      const files = access.path.split(delimiter).filter((path) => path !== '');
      return fromConfig(mergeKubeconfigs(files.map(readKubeconfigFile)), access.context, options);
    }
  }
}

function withToken(
  { server, token, ca }: ClusterAccess & { kind: 'token' },
  options: ConnectionOptions,
): Connection {
  options.mask(token);
  return {
    server: new URL(server),
    namespace: 'default',
    tls: ca === undefined ? {} : { ca },
    proxy: proxyFor(new URL(server), options.proxy),
    credentials: fixed({ token }),
  };
}

function inCluster({ service, proxy, mask }: ConnectionOptions): Connection {
  if (service === undefined || service.host === '') {
    throw wrong(
      'kubeconfig',
      'names no cluster, and this runner is not a pod: give kubeconfig, or server and server-token',
    );
  }
  const host = service.host.includes(':') ? `[${service.host}]` : service.host;
  const server = new URL(`https://${host}:${service.port}`);
  return {
    server,
    namespace: readNamed(`${serviceAccount}/namespace`).trim(),
    tls: { ca: readNamed(`${serviceAccount}/ca.crt`) },
    proxy: proxyFor(server, proxy),
    credentials: fromFile(`${serviceAccount}/token`, mask),
  };
}

function readKubeconfigFile(path: string): Kubeconfig {
  const config = parseKubeconfig(readNamed(path));
  if (config === undefined) throw wrong('KUBECONFIG', `${path} is not a kubeconfig: it holds no YAML map`);
  return withAbsolutePaths(config, dirname(path));
}

/** Paths in a kubeconfig are relative to its own folder. */
function withAbsolutePaths(config: Kubeconfig, folder: string): Kubeconfig {
  const absolute = <T extends object>(part: T, fields: readonly string[]): T => ({
    ...part,
    ...Object.fromEntries(
      Object.entries(part)
        .filter(([field, path]) => fields.includes(field) && typeof path === 'string')
        .map(([field, path]) => [field, resolve(folder, path as string)]),
    ),
  });
  return {
    ...config,
    ...(config.clusters && {
      clusters: config.clusters.map((each) => ({
        ...each,
        cluster: absolute(each.cluster, ['certificate-authority']),
      })),
    }),
    ...(config.users && {
      users: config.users.map((each) => ({
        ...each,
        user: absolute(each.user, ['client-certificate', 'client-key', 'tokenFile']),
      })),
    }),
  };
}

function fromConfig(config: Kubeconfig, context: string | undefined, options: ConnectionOptions): Connection {
  const target = orThrow(targetOf(config, context ?? ''));
  const { cluster, user } = target;
  const server = new URL(cluster.server);
  const ca = inlineOrFile(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const servername = cluster['tls-server-name'];
  const proxyUrl = cluster['proxy-url'];
  if (proxyUrl !== undefined && !/^https?:/.test(proxyUrl)) {
    throw wrong('kubeconfig', 'proxy-url must be http:// or https://; other proxies are not supported');
  }
  return {
    server,
    namespace: target.namespace,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(servername === undefined ? {} : { servername }),
      ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    },
    proxy: proxyUrl === undefined ? proxyFor(server, options.proxy) : new URL(proxyUrl),
    credentials: credentialsOf(target, config, options),
    ...(user.as === undefined ? {} : { impersonate: user.as }),
  };
}

/** A plugin wins over what else the user has, as in kubectl; a tokenFile over a token. */
function credentialsOf(
  target: KubeconfigTarget,
  config: Kubeconfig,
  options: ConnectionOptions,
): Credentials {
  const { user } = target;
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    const text = JSON.stringify(config);
    return fetched(async () => {
      const identity = await askPlugin(text, target.context);
      for (const secret of [identity.token, identity.key]) if (secret !== undefined) options.mask(secret);
      return identity;
    }, options.clock);
  }
  for (const secret of [user.token, user.password, user['client-key-data']]) {
    if (secret !== undefined && secret !== '') options.mask(secret);
  }
  const identity = writtenIdentity(user);
  return user.tokenFile === undefined ? fixed(identity) : fromFile(user.tokenFile, options.mask, identity);
}

async function askPlugin(kubeconfig: string, context: string): Promise<Identity> {
  const { credentials } = await loadCredentialPlugins();
  try {
    return await credentials(kubeconfig, context);
  } catch (cause) {
    throw new TargetError(
      messageOf(cause),
      {
        subject: `credentials of context ${context}`,
        remedy: 'the plugin runs on this runner: see that it is installed, and logged in before this step',
      },
      { cause },
    );
  }
}

function writtenIdentity(user: KubeconfigUser): Identity {
  const cert = inlineOrFile(user['client-certificate-data'], user['client-certificate']);
  const key = inlineOrFile(user['client-key-data'], user['client-key']);
  return {
    ...(user.token === undefined ? {} : { token: user.token }),
    ...(user.username === undefined ? {} : { basic: `${user.username}:${user.password ?? ''}` }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function inlineOrFile(data: string | undefined, path: string | undefined): string | undefined {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  return path === undefined || path === '' ? undefined : readNamed(path);
}

function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw wrong('kubeconfig', `names a file that cannot be read on this runner: ${path}`, cause);
  }
}

function orThrow<Read extends { readonly kind: string }>(read: Read | KubeconfigFault): Read {
  if (read.kind === 'fault') throw wrong((read as KubeconfigFault).about, (read as KubeconfigFault).problem);
  return read as Read;
}

const wrong = (input: string, problem: string, cause?: unknown): ConfigurationError =>
  new ConfigurationError([{ input, problem }], { cause });
