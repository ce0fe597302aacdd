/** Whether what a probe found may run the server that is wanted. Pure. */
import { scratchRoom } from '../../domain/database/scratch-place.ts';
import { readVersion, restoreProblem } from '../../domain/database/versions.ts';
import type { Version } from '../../domain/database/versions.ts';
import { TargetError } from '../../domain/errors.ts';
import { formatBytes } from '../../domain/size.ts';
import type { ScratchOrder } from '../../ports/scratch.ts';
import { said } from './script.ts';

export interface Found {
  /** The folder of the server programs; undefined where there are none. */
  readonly programs?: string;
  /** As the server program says it. */
  readonly version?: string;
  /** Whom root would run the server as; undefined where it would run as who is there. */
  readonly account?: string;
  /** In bytes, of the folder that was asked about. */
  readonly free?: number;
}

/** Reads what `probeArgv` printed. */
export function readProbe(text: string): Found {
  const lines = text.split('\n');
  const after = (beginning: string): string | undefined =>
    lines
      .find((line) => line.startsWith(beginning))
      ?.slice(beginning.length)
      .trim() || undefined;
  const [programs, version, account] = [after(said.programs), after(said.version), after(said.account)];
  const kib = Number(after(said.free));
  return {
    ...(programs === undefined ? {} : { programs }),
    ...(version === undefined ? {} : { version }),
    ...(account === undefined ? {} : { account }),
    ...(Number.isInteger(kib) ? { free: kib * 1024 } : {}),
  };
}

const names = { postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' } as const;

export interface Judged {
  /** `image postgres:15`, `this runner`. */
  readonly subject: string;
  /** Where the programs are missing or too old. */
  readonly remedy: string;
}

export function refuseUnfit({ version }: Found, order: ScratchOrder, { subject, remedy }: Judged): void {
  if (version === undefined)
    throw new TargetError(`there is no ${names[order.engine]} server to restore into`, { subject, remedy });
  const found = readVersion(order.engine, version);
  const problem =
    found === undefined
      ? `its server program says no version that can be read: ${JSON.stringify(version.slice(0, 80))}`
      : versionProblem(found, order);
  if (problem !== undefined)
    throw new TargetError(`a backup cannot be proven there: ${problem}`, { subject, remedy });
}

const versionProblem = (found: Version, { version }: ScratchOrder): string | undefined =>
  restoreProblem({ tool: version, source: version }, found);

export function refuseNoRoom(
  free: number | undefined,
  { bytes }: ScratchOrder,
  { subject, remedy }: Judged,
): void {
  const needed = scratchRoom(bytes);
  if (free === undefined || free >= needed) return;
  throw new TargetError('there is not enough room to restore the database', {
    subject,
    remedy,
    details: [
      ['database', formatBytes(bytes)],
      ['needed', `${formatBytes(needed)}: a quarter more, and an empty server`],
      ['free', formatBytes(free)],
    ],
  });
}
