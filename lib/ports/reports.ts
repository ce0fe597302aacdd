/** Reports of tools and of our own steps. */
export interface Reports {
  /**
   * The files that paths or glob patterns find from a folder, each once, in the order of their names. Throws TargetError for one
   * that is too large to be a report.
   */
  find(
    patterns: readonly string[],
    directory: string,
  ): Promise<readonly { readonly path: string; readonly text: string; readonly modifiedAt: number }[]>;
}
