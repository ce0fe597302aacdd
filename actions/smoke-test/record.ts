import type { CheckOutcomeKind } from '../../lib/domain/checks/types.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { recordId } from '../../lib/domain/record/id.ts';
import type { RecordKey } from '../../lib/domain/record/id.ts';
import { statusLine } from '../../lib/domain/record/status-line.ts';
import { withVerdict } from '../../lib/domain/record/transitions.ts';
import type { RecordState, ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Records } from '../../lib/ports/records.ts';
import type { Ports } from './ports.ts';

/** What still runs, or may: the others speak of something that was taken away. */
const standing = new Set<RecordState>(['applied', 'ready', 'verified']);

/** The record that the verdict is for. Throws TargetError when there is none, or when its release no longer stands. */
export async function findRecord(key: RecordKey, records: Records): Promise<ReleaseRecord> {
  const id = recordId(key);
  const known = await records.of({ name: key.release, namespace: key.namespace });
  const record = known.find(({ seq }) => seq === key.seq);
  if (record === undefined)
    throw new TargetError(`there is no record ${id}`, {
      subject: `release ${key.release} in namespace ${key.namespace}`,
      remedy: "give deploy-helm's output record, and the same cluster",
      details: known.slice(0, 3).map((each) => ['there is', `${each.id} ${each.state}`] as const),
    });
  if (!standing.has(record.state))
    throw new TargetError(`${id} is ${record.state}: what runs now is something else`, {
      subject: `record ${id}`,
      remedy: 'run this step only after the deploy succeeded; nothing was asked',
      details: record.reason === undefined ? [] : [['reason', record.reason]],
    });
  return record;
}

/** Appends the verdict; the record becomes verified, or loses that, as all its verdicts say. */
export function appendVerdict(
  record: ReleaseRecord,
  name: string,
  { outcome, reason }: { outcome: CheckOutcomeKind; reason: string },
  { clock, actor }: Pick<Ports, 'clock' | 'actor'>,
  records: Records,
): Promise<ReleaseRecord> {
  const verdict = { name, outcome, reason, at: new Date(clock.now()).toISOString(), by: actor };
  return records.change(record, (now) => withVerdict(now, verdict));
}

/** The release's GitHub Deployment says whether it was proven. What nobody could find out changes nothing there. */
export async function tellGitHub(
  record: ReleaseRecord,
  name: string,
  { outcome, reason }: { outcome: CheckOutcomeKind; reason: string },
  { github }: Pick<Ports, 'github'>,
): Promise<void> {
  const { deploymentId, environment, environmentUrl } = record;
  if (deploymentId === undefined || environment === undefined || outcome === 'inconclusive') return;
  const description = statusLine(record, outcome === 'pass' ? '' : `, but ${name}: ${reason}`);
  await github.report(deploymentId, outcome === 'pass' ? 'success' : 'failure', {
    description,
    environment,
    ...(environmentUrl === undefined ? {} : { environmentUrl }),
  });
}
