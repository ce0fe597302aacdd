import type { IgnoreRules } from '../domain/dockerignore/rules.ts';
import type { Listing, SourceEntry } from '../domain/source/types.ts';

export type { Listing, SourceEntry };

/** The files on this disk that a build is sent. */
export interface SourceTree {
  /** A file's text, links followed; undefined when there is none. Throws Unhashable when it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /**
   * What a build is sent of a folder. An id comes from git where git knows that the file is as it holds it, else from
   * the bytes, and is the same either way. Throws Unhashable, naming the path, when something cannot be read, and
   * CancelledError.
   */
  list(folder: string, ignore: IgnoreRules): Promise<Listing>;
}
