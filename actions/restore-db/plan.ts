/** What would be done, as rows of label and text: the log and the summary show the same. Pure. */
import { comparisonOf, heldIn } from '../../lib/domain/database/fingerprint.ts';
import { restoredSize } from '../../lib/domain/database/restore-refusals.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { plural } from '../../lib/domain/words.ts';
import type { Inputs } from './inputs.ts';
import type { Look } from './look.ts';

export function planRows(look: Look, inputs: Inputs, now: number): [label: string, text: string][] {
  const { manifest, transaction, where, room } = look;
  const { fingerprint, verified, layers, extraArgs = [] } = manifest;
  const comparison = comparisonOf(manifest.engine, fingerprint);
  const { tables, rows, largeObjects } = heldIn(fingerprint);
  const large = largeObjects === 0 ? '' : `, ${plural(largeObjects, 'large object')}`;
  const age = formatDuration(Math.max(0, now - Date.parse(manifest.takenAt)));
  const encrypted = layers.some(({ kind }) => kind === 'age') ? ', encrypted' : '';
  return [
    [
      'backup',
      `${manifest.id} of ${manifest.engine} database ${manifest.database}, proven: ${verified.level}`,
    ],
    ['state of', `${manifest.takenAt}, ${age} ago: what was written later is not in it`],
    [
      'holds',
      `${plural(tables, 'table')}, ${plural(rows, 'row')}${large}; ${formatBytes(manifest.raw.bytes)} as a dump, ${formatBytes(manifest.object.bytes)} stored${encrypted}; server ${manifest.serverVersion}`,
    ],
    ...(manifest.withoutRows.length === 0
      ? []
      : [['without', `the rows of ${manifest.withoutRows.join(', ')}`] as [string, string]]),
    ...(extraArgs.length === 0
      ? []
      : [['dumped with', `${extraArgs.join(' ')} (extra-args of that backup)`] as [string, string]]),
    [inputs.mode, where],
    ['roles', rolesText(inputs)],
    ['how', inputs.mode === 'into' ? transaction.why : dropped[inputs.mode]],
    ...(room === ''
      ? []
      : [['room', `taken to need ${formatBytes(restoredSize(manifest))}; ${room}`] as [string, string]]),
    [
      'then',
      comparison.kind === 'rows'
        ? 'the rows of every table are compared'
        : `the number of rows of every table is compared${comparison.why === undefined ? '' : `: ${comparison.why}`}`,
    ],
  ];
}

const dropped = {
  beside: 'the new database is dropped again where anything fails',
  drill: 'the server is removed, however it goes',
} as const;

function rolesText({ globals, owners }: Inputs): string {
  const first = globals ? 'roles and grants of the backup first; ' : '';
  return `${first}${owners ? 'owners and grants as they were dumped' : 'everything belongs to who restores, no grants'}`;
}
