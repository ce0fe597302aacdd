import type { ReleaseRecord } from './types.ts';

/**
 * The records of the installation that runs. Those from before a `helm uninstall` name revisions by numbers that
 * mean others now. Without an installation (the first release of this name) none is left.
 */
export const ofInstallation = (
  records: readonly ReleaseRecord[],
  installedAt: string | undefined,
): ReleaseRecord[] =>
  records.filter((record) => installedAt !== undefined && record.installedAt === installedAt);
