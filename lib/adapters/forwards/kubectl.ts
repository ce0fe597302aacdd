/** The Forwards port over `kubectl port-forward`, one child per target. */
import type { Via } from '../../domain/checks/types.ts';
import { ToolError } from '../../domain/errors.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { Forwards, ProbeOptions } from '../../ports/probes.ts';
import type { Exit, Spawn } from '../../ports/process.ts';

export interface KubectlOptions {
  readonly spawn: Spawn;
  /** A kubeconfig file; empty where kubectl finds the pod's own account by itself. */
  readonly kubeconfig: string;
  readonly context?: string;
}

/** A target's arguments; the local port is kubectl's to choose. */
export const forwardArgv = ({ kind, name, namespace, port }: Via, context: string | undefined): string[] => [
  'kubectl',
  ...(context === undefined ? [] : ['--context', context]),
  '--namespace',
  namespace,
  'port-forward',
  '--address',
  '127.0.0.1',
  // It gives up by itself where no pod comes: a check asks again.
  '--pod-running-timeout=5s',
  `${kind}/${name}`,
  `:${port}`,
];

interface Forward {
  readonly address: Promise<string>;
  readonly ended: Promise<Exit | undefined>;
}

const ready = /^Forwarding from (127\.0\.0\.1:\d+) ->/;

/** What kubectl 1.20 to 1.34 says, and the ProbeFailure that it means. All else (no rights, no API) is no answer. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/\(NotFound\)/, 'NOT_FOUND'],
  [/timed out waiting for the condition/, 'NO_ENDPOINTS'],
  [/pod is not running/, 'NOT_RUNNING'],
  [/without a selector|does not have a (service|named) port/, 'NOT_FORWARDABLE'],
];

/**
 * Nothing is started before the first use. kubectl ends as soon as one connection is not taken in the pod, because it
 * went or nothing listens there: the next use opens anew.
 */
export function kubectlForwards({ spawn, kubeconfig, context }: KubectlOptions): Forwards {
  let over = new AbortController();
  const open = new Map<string, Forward>();

  const start = (via: Via, key: string): Forward => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const argv = forwardArgv(via, context);
    const command = { argv, ...(kubeconfig === '' ? {} : { env: { KUBECONFIG: kubeconfig } }) };
    const onLine = (line: string): void => {
      const [, address] = ready.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    };
    const ended = spawn(command, { onLine, signal: over.signal, killAfter: 2_000 }).then(
      (exit) => {
        reject(whyEnded(via, argv, exit));
        return exit;
      },
      (error: unknown) => {
        reject(error);
        return undefined;
      },
    );
    void ended.then(() => open.delete(key));
    promise.catch(() => undefined);
    return { address: promise, ended };
  };

  return {
    open(via, options) {
      const key = `${via.namespace}/${via.kind}/${via.name}:${via.port}`;
      const forward = open.get(key) ?? start(via, key);
      open.set(key, forward);
      return within(options, forward.address);
    },
    async close() {
      over.abort();
      over = new AbortController();
      await Promise.all([...open.values()].map(({ ended }) => ended));
    },
  };
}

/** Not longer than the attempt has: what kubectl waits for (the API, a proxy) may never come. */
async function within<T>({ timeout, signal }: ProbeOptions, opening: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = (): void =>
    reject(new ProbeFailure('connect', 'ETIMEDOUT', `kubectl opened nothing within ${timeout} ms`));
  const cancelled = (): void => reject(signal?.reason as Error);
  const timer = setTimeout(late, timeout);
  signal?.addEventListener('abort', cancelled, { once: true });
  if (signal?.aborted === true) cancelled();
  try {
    return await Promise.race([opening, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancelled);
  }
}

function whyEnded({ kind, name }: Via, argv: readonly string[], exit: Exit): Error {
  const lines = exit.stderr.trim().split('\n');
  const said = (lines.at(-1) ?? '').replace(/^error: /i, '');
  const [, code] = refusals.find(([form]) => form.test(said)) ?? [];
  if (code !== undefined) return new ProbeFailure('connect', code, said);
  const mayNot = /\(Forbidden\)/.test(said);
  return new ToolError(`kubectl could not forward to ${kind} ${name}: ${said}`, {
    argv,
    exit: exit.status,
    lastLines: lines.slice(-5),
    ...(mayNot
      ? { remedy: 'the account needs create on pods/portforward, and get on pods and services' }
      : {}),
  });
}
