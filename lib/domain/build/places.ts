/** Folders and files that inputs name, as far as they can be looked at before anything is built. */

export interface Place {
  readonly kind: 'file' | 'folder' | 'nothing';
  /** Below the workspace, symbolic links followed. */
  readonly inside: boolean;
}

/** From the workspace, or absolute. */
export type Look = (path: string) => Place;

/** Where nothing can be looked at (a test of the inputs alone): all is as it should be. */
export const unseen = (kind: 'file' | 'folder'): Place => ({ kind, inside: true });
