import type { Major } from '../../test/e2e/support/tools.ts';

/** A way back that is compared. */
export interface Tool {
  readonly id: string;
  readonly name: string;
  readonly way: 'helm' | 'kubectl' | 'ours';
  /** Ships what is then gone back from, and goes back with `way: helm` and with ours. */
  readonly helm: Major;
}

export const tools: readonly Tool[] = [
  { id: 'helm3', name: 'Helm 3 rollback --wait', way: 'helm', helm: 'helm3' },
  { id: 'helm4', name: 'Helm 4 rollback --wait', way: 'helm', helm: 'helm4' },
  // Helm 4 would not touch again what kubectl has set: it applies from the server's side.
  { id: 'kubectl', name: 'kubectl rollout undo, then status', way: 'kubectl', helm: 'helm3' },
  { id: 'ours', name: 'rollback, Helm 4', way: 'ours', helm: 'helm4' },
];
