/** Where an image is taken: each round to a place where nothing of it is yet. */
import type { Image } from './image.ts';
import type { Ends } from './setting.ts';

export type WayId = 'retag' | 'cross-repository' | 'cross-registry';

export const ways: readonly WayId[] = ['retag', 'cross-repository', 'cross-registry'];

export interface Move {
  readonly source: { readonly registry: string; readonly repository: string; readonly digest: string };
  readonly target: { readonly registry: string; readonly repository: string };
  /** Of the tools that must be told one; ours makes its own of the run id. */
  readonly tag: string;
}

/** `mark` is of this measurement alone. */
export function moveOf(way: WayId, { repository, digest }: Image, { here, there }: Ends, mark: string): Move {
  const target = {
    retag: { registry: here, repository },
    'cross-repository': { registry: here, repository: `prod/${mark}` },
    'cross-registry': { registry: there, repository: `prod/${mark}` },
  }[way];
  return { source: { registry: here, repository, digest }, target, tag: `prod-${mark}` };
}
