import { createNamespace } from '../../../lib/steps/namespace.ts';
import type { Kube } from '../../../lib/ports/kube.ts';

/** What a plan does before the release itself, for its lock and its record need it. Not undone. */
export interface Preparation {
  readonly kind: 'create namespace';
  readonly name: string;
}

/** `create namespace shop`. */
export const describePreparation = ({ kind, name }: Preparation): string => `${kind} ${name}`;

export const prepare = ({ name }: Preparation, { kube }: { kube: Kube }): Promise<void> =>
  createNamespace(kube, name);
