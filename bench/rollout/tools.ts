/** The tools that are compared. */
export interface Tool {
  readonly id: string;
  readonly name: string;
  readonly helm: 'helm3' | 'helm4';
  /** How helm waits; undefined for our action. */
  readonly wait?: '--wait' | '--wait=watcher' | '--wait=legacy';
}

export const tools: readonly Tool[] = [
  { id: 'helm3', name: 'Helm 3 --wait', helm: 'helm3', wait: '--wait' },
  { id: 'helm4-watcher', name: 'Helm 4 --wait=watcher', helm: 'helm4', wait: '--wait=watcher' },
  { id: 'helm4-legacy', name: 'Helm 4 --wait=legacy', helm: 'helm4', wait: '--wait=legacy' },
  { id: 'ours-helm3', name: 'deploy-helm, Helm 3', helm: 'helm3' },
  { id: 'ours-helm4', name: 'deploy-helm, Helm 4', helm: 'helm4' },
];
