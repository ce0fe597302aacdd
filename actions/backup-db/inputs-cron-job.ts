/** The inputs of a backup that a team's own CronJob makes: `kubernetes: { namespace, cronjob, container }`. */
import { Fields, isMap } from '../../lib/domain/checks/fields.ts';
import { readYaml } from '../../lib/domain/checks/yaml.ts';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import { readCluster } from '../../lib/domain/inputs/cluster.ts';
import { readDestinationInputs } from '../../lib/domain/inputs/destination.ts';
import { readJobTimeout } from '../../lib/domain/inputs/job-timeout.ts';
import type { InputReader } from '../../lib/domain/inputs/reader.ts';
import type { StorageTarget } from '../../lib/domain/storage/target.ts';

export interface CronJobInputs {
  readonly mode: 'cron-job';
  readonly namespace: string;
  readonly cronJob: string;
  readonly container?: string;
  readonly cluster: ClusterAccess;
  /** Where the CronJob stores: whatever comes below it meanwhile is taken for its work. */
  readonly destination: StorageTarget;
  readonly timeout: Milliseconds;
  readonly dryRun: boolean;
}

const input = 'kubernetes';
const hour: Milliseconds = 3_600_000;

/** Whether it is a CronJob that is meant, and not a database. */
export function namesCronJob(reader: InputReader): boolean {
  const value = reader.has(input) ? readYaml(reader.text(input), input, []) : undefined;
  return isMap(value) && 'cronjob' in value;
}

/** What says nothing of a dump that somebody else makes. Defaults are not given by anybody, so they are not refused. */
const notNeeded: Readonly<Record<string, string>> = {
  url: 'say once where the database is; the CronJob knows it',
  docker: 'say once where the database is; the CronJob knows it',
  ssh: 'say once where the database is; the CronJob knows it',
  database: 'the CronJob knows what it dumps',
  user: 'the CronJob has its own',
  password: 'the CronJob has its own',
  recipients: 'the CronJob encrypts, or does not',
  scratch: 'what the CronJob stores is not restored here: there is no manifest to compare it with',
  'exclude-tables': 'the CronJob knows what it dumps',
  'extra-args': 'the CronJob has its own',
  'max-throughput': 'the CronJob has its own',
  images: 'there is no manifest to note them in',
  keep: 'what the CronJob stored is not ours to delete',
  'max-age': 'belongs to mode: check',
};

/** Throws ConfigurationError with every fault at once. */
export function readCronJob(
  reader: InputReader,
  env: Readonly<Record<string, string | undefined>>,
): CronJobInputs {
  const faults: Fault[] = [];
  const fields = new Fields(
    readYaml(reader.text(input), input, faults),
    input,
    ['namespace', 'cronjob', 'container'],
    faults,
  );
  const names = ['namespace', 'cronjob', 'container'].map((key) => nameIn(fields, key));
  for (const fault of faults) reader.fault(fault);
  for (const [name, why] of Object.entries(notNeeded))
    if (reader.has(name))
      reader.fault({ input: name, problem: `is not needed with ${input}.cronjob: ${why}` });
  if (reader.has('verify') && reader.text('verify') !== 'complete')
    reader.fault({
      input: 'verify',
      value: JSON.stringify(reader.text('verify')),
      problem:
        'only complete can be said of a dump that a CronJob makes; for more, back up with kubernetes.pod',
    });
  const [namespace = '', cronJob = '', container = ''] = names;
  return reader.finish<CronJobInputs>({
    mode: 'cron-job',
    namespace,
    cronJob,
    ...(container === '' ? {} : { container }),
    cluster: readCluster(reader, env),
    destination: readDestinationInputs(reader, env),
    timeout: readJobTimeout(reader, hour),
    dryRun: reader.flag('dry-run'),
  });
}

const kubernetesName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

function nameIn(fields: Fields, key: string): string {
  const text = fields.text(key);
  const mayBeMissing = key === 'container' && !fields.has(key);
  if (!mayBeMissing && !kubernetesName.test(text)) fields.fault(key, 'must be a name', JSON.stringify(text));
  return text;
}
