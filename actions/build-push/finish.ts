import type { Result } from '../../lib/domain/report/result.ts';
import type { Builder } from '../../lib/ports/builder.ts';
import type { Left } from './ports.ts';

export interface FinishPorts {
  readonly builder: Pick<Builder, 'remove'>;
}

/** What a cancelled or killed main left behind: its builder. The rest is in the step's folder, which goes in any case. */
export async function finishLeft(
  found: { readonly left: Left; readonly ports: FinishPorts } | undefined,
): Promise<Result | undefined> {
  if (found === undefined) return undefined;
  const { left, ports } = found;
  await ports.builder.remove(left.builder);
  return { result: 'success', reason: `the builder ${left.builder} is removed` };
}
