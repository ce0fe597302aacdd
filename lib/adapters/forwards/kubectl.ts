/** The Forwards port over `kubectl port-forward`, one child per target. */
import type { Via } from '../../domain/checks/types.ts';
import { ToolError } from '../../domain/errors.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { Forwards } from '../../ports/probes.ts';
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

/** What kubectl says when nothing is there to forward to: no pod that is running has the Service's labels. */
const nobody =
  /unable to forward port because pod is not running|timed out waiting for the condition|no pods? (matching|found)|not have a .*selector|NotFound/i;

/** Nothing is started before the first use. A forward that ended (its pod went) is opened anew at the next. */
export function kubectlForwards({ spawn, kubeconfig, context }: KubectlOptions): Forwards {
  const over = new AbortController();
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
    open(via) {
      const key = `${via.namespace}/${via.kind}/${via.name}:${via.port}`;
      const forward = open.get(key) ?? start(via, key);
      open.set(key, forward);
      return forward.address;
    },
    async close() {
      over.abort(new Error('the checks are over'));
      await Promise.all([...open.values()].map(({ ended }) => ended));
    },
  };
}

function whyEnded({ kind, name }: Via, argv: readonly string[], exit: Exit): Error {
  const said = exit.stderr.trim();
  const target = `${kind === 'pod' ? 'Pod' : 'Service'} ${name}`;
  if (nobody.test(said))
    return new ProbeFailure('connect', 'NO_ENDPOINTS', `${target}: ${said.split('\n').at(-1)}`);
  return new ToolError(`kubectl could not forward to ${target}: ${said.split('\n').at(-1) ?? ''}`, {
    argv,
    exit: exit.status,
    lastLines: said.split('\n').slice(-5),
    remedy: 'the account needs create on pods/portforward, and get on pods and services',
  });
}
