import { TargetError } from '../../domain/errors.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * The one pod that a selector means, from what `kubectl get pods --output json` printed. With several, which of them
 * is the primary is not ours to guess: the dump of a replica that lags is an older one than it says.
 */
export function onlyPod(json: string, selector: string, subject: string): string {
  const { items = [] } = JSON.parse(json) as { items?: readonly Pod[] };
  const ready = items.filter(isReady);
  const [first] = ready;
  if (first !== undefined && ready.length === 1) return first.metadata.name;
  const refused = (message: string, remedy: string, pods: readonly Pod[]): TargetError => {
    const details = pods.map(({ metadata, status }) => [metadata.name, status?.phase ?? 'Unknown'] as const);
    return new TargetError(message, { subject, remedy, details });
  };
  if (first === undefined)
    throw refused(
      items.length === 0 ? `no pod has ${selector}` : `no pod with ${selector} is ready`,
      'check namespace and selector, and that the database runs',
      items,
    );
  throw refused(
    `${ready.length} pods have ${selector}`,
    'name the pod, or a selector that only the primary has (role=primary)',
    ready,
  );
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.phase === 'Running' &&
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
