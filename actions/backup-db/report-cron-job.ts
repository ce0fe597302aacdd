/** What a CronJob of the team's stored, for outputs and summary. */
import { formatBytes } from '../../lib/domain/size.ts';
import { code, escapeText, table } from '../../lib/domain/report/markdown.ts';
import type { CronJobBackup } from './cron-job.ts';

/** Of the largest object. `verified` is of all of them: empty where the end of one could not be seen. */
export function cronJobOutputs(cronJob: CronJobBackup | undefined): Record<string, string> {
  const [largest] = cronJob?.objects ?? [];
  if (largest === undefined) return {};
  const { uri, account, rawBytes } = largest;
  return {
    uri,
    bytes: String(account.bytes),
    'raw-bytes': rawBytes === undefined ? '' : String(rawBytes),
    sha256: account.sha256,
    verified: cronJob?.isWhole === true ? 'complete' : '',
  };
}

export const cronJobFacts = ({ job, objects }: CronJobBackup): string =>
  table(
    [`Stored by Job ${code(job)}`, 'Size', 'SHA-256', 'Checked'],
    objects.map(({ uri, account, checked }) => [
      code(uri),
      formatBytes(account.bytes),
      code(account.sha256),
      escapeText(`${checked}; not restored`),
    ]),
  );
