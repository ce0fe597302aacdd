/** Bundled on its own as dist/kubernetes-credentials: credentials by exec plugin or auth-provider (OIDC). */
import { messageOf } from '../../../domain/errors.ts';
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { childEnvironment } from '../../../domain/child-environment.ts';

/** An exec plugin that has not answered by now waits for a person or for a network that is not there. */
const pluginTimeout = 30_000;

export interface FetchedCredentials {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch, where the plugin says so. */
  readonly expires?: number;
}

/** The part of client-node's exec authenticator that it keeps to itself: how it spawns, what it got. */
interface ExecAuthenticator {
  execFn: (command: string, args: readonly string[] | undefined, options: SpawnOptions) => ChildProcess;
  readonly tokenCache: Readonly<Record<string, { status?: { expirationTimestamp?: string } } | null>>;
}

/** Asks the plugin of a kubeconfig's user anew, whatever was answered before. Rejects after `timeout` milliseconds. */
export async function credentials(
  kubeconfig: string,
  context: string,
  timeout: number = pluginTimeout,
): Promise<FetchedCredentials> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  config.setCurrentContext(context);
  const user = config.getCurrentUser();
  const command =
    (user?.exec as { command?: string } | undefined)?.command ?? user?.authProvider?.name ?? 'plugin';

  const plugin = boundedExec(config, timeout);
  const options: RequestOptions & { headers: Record<string, string> } = { headers: {} };
  try {
    await Promise.race([config.applyToHTTPSOptions(options), plugin.timedOut]);
  } catch (cause) {
    throw new Error(`credential plugin ${command}: ${oneLine(cause)}`, { cause });
  } finally {
    plugin.end();
  }
  const token = /^Bearer (.+)$/.exec(options.headers['Authorization'] ?? '')?.[1];
  const expires = Date.parse(
    plugin.authenticator.tokenCache[user?.name ?? '']?.status?.expirationTimestamp ?? '',
  );
  return {
    ...(token === undefined ? {} : { token }),
    ...(options.cert === undefined ? {} : { cert: pem(options.cert) }),
    ...(options.key === undefined ? {} : { key: pem(options.key) }),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}

/** client-node waits for its exec plugins for ever: run them in a group of their own that we can end. */
function boundedExec(config: KubeConfig, timeout: number) {
  const inside = config as unknown as { authenticators: readonly object[] };
  const authenticator = inside.authenticators.find((each) => 'execFn' in each) as
    | ExecAuthenticator
    | undefined;
  if (authenticator === undefined) throw new Error('this client-node has no exec authenticator');
  const { exec, authProvider } = config.getCurrentUser() ?? {};
  tellPlugin((exec ?? authProvider?.config?.['exec']) as ExecPlugin | undefined);
  let child: ChildProcess | undefined;
  authenticator.execFn = (command, args = [], options) => {
    const env = childEnvironment(options.env ?? {});
    child = spawn(command, args, { ...options, env, detached: true });
    child.stdin?.end();
    return child;
  };
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeout / 1_000} s`)), timeout);
  return {
    authenticator,
    timedOut,
    end(): void {
      clearTimeout(timer);
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid, 'SIGKILL');
    },
  };
}

interface ExecPlugin {
  readonly apiVersion?: string;
  env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/**
 * What the plugin protocol tells a plugin; aws and gke plugins choose their answer's version by it. It also makes
 * client-node put an environment together, which a plugin without settings of its own would simply inherit.
 */
function tellPlugin(exec: ExecPlugin | undefined): void {
  if (exec === undefined) return;
  const apiVersion = exec.apiVersion ?? 'client.authentication.k8s.io/v1';
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
}

/** client-node gives a Buffer or a text; never one of the other forms that Node's TLS takes. */
const pem = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('utf8') : (value as string));

const oneLine = (cause: unknown): string =>
  messageOf(cause).trim().split('\n').slice(-3).join(' | ') || 'it failed without a word';
