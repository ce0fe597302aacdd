import { ensureTools } from '../tools.ts';
import type { Registry } from './distribution.ts';
import { startPart } from './part.ts';

/** Starts the registry behind `crane registry serve`, in memory, with the referrers API of OCI 1.1 on. */
export async function startCraneRegistry(): Promise<Registry> {
  const { ggcr } = await ensureTools(['ggcr']);
  const part = await startPart({
    name: 'crane-registry',
    prepare: () => Promise.resolve({ program: ggcr, args: [] }),
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
  return { ...part, address: part.said[1] ?? '' };
}
