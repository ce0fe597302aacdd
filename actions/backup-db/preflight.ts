import { dumpProblem } from '../../lib/domain/database/versions.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import type { DatabaseFacts } from '../../lib/ports/database.ts';
import type { ScratchOrder } from '../../lib/ports/scratch.ts';
import { backupsOf } from '../../lib/steps/backup/catalogue.ts';
import type { CataloguedBackup } from '../../lib/steps/backup/catalogue.ts';
import type { BackupInputs } from './inputs.ts';
import type { BackupPorts } from './ports.ts';

export interface Looked {
  readonly facts: DatabaseFacts;
  /** What is there already, newest first. */
  readonly backups: readonly CataloguedBackup[];
  readonly warnings: readonly string[];
}

/** Server, tool, storage and the place of the proof: nothing is dumped before all of them are as they must be. */
export function preflight(inputs: BackupInputs, ports: BackupPorts): Promise<Looked> {
  return ports.log.group('Preflight', async () => {
    const { database, storage, scratch, log, signal } = ports;
    const facts = await database.probe({ signal });
    const { server, dumpTool, bytes } = facts;
    log.info(`${database.described}: ${server.text}, ${formatBytes(bytes)}; dumped by ${dumpTool.text}`);
    refuseTool(facts, database.described);
    const backups = await backupsOf(storage, inputs.of);
    log.info(`${storage.place}: ${backups.length} backups of ${inputs.of.database}`);
    if (scratch !== undefined) {
      await scratch.preflight(serverLike(facts, signal));
      log.info(`to be restored in ${scratch.described}`);
    }
    const warnings = warningsOf(facts, inputs);
    for (const warning of warnings) log.warn(warning);
    return { facts, backups, warnings };
  });
}

/** What the server of the proof must be like. */
export function serverLike(
  { server, bytes, encoding, locale }: DatabaseFacts,
  signal: AbortSignal,
): ScratchOrder {
  return { engine: server.engine, version: server, bytes, encoding, locale, signal };
}

function refuseTool({ dumpTool, server }: DatabaseFacts, subject: string): void {
  const problem = dumpProblem(dumpTool, server);
  if (problem === undefined) return;
  throw new TargetError(`the dump tool does not fit: ${problem}`, {
    subject,
    remedy:
      'use the tools of the server’s own version: those in its container or pod, or a newer client package',
  });
}

const shown = 5;

function warningsOf({ nonTransactional }: DatabaseFacts, { recipients, globals }: BackupInputs): string[] {
  const few = nonTransactional.slice(0, shown).join(', ');
  const more = nonTransactional.length > shown ? ` and ${nonTransactional.length - shown} more` : '';
  return [
    ...(nonTransactional.length === 0
      ? []
      : [
          `no consistent snapshot, because their storage engine has no transactions: ${few}${more}; convert them to InnoDB`,
        ]),
    ...(recipients.length > 0
      ? []
      : [
          `not encrypted: whoever may read the destination may read the database${globals ? ' and the password hashes of its roles' : ''}; give recipients`,
        ]),
  ];
}
