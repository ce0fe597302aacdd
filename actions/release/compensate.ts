import type { Milliseconds } from '../../lib/domain/duration.ts';
import { CancelledError, messageOf } from '../../lib/domain/errors.ts';
import { compensationOf } from '../../lib/domain/release/compensation.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { forPost, waitingAloud } from '../../lib/steps/locked.ts';
import type { Ports as DeployPorts } from '../deploy-helm/ports.ts';
import { rollback } from '../rollback/run.ts';
import type { RollbackResult } from '../rollback/run.ts';
import type { Phases } from './phases.ts';
import type { Ports } from './ports.ts';
import type { Undone } from './result.ts';
import { undoMigration, within } from './undo-migration.ts';
import type { MigrationUndone } from './undo-migration.ts';

export interface Compensated {
  readonly undone: readonly Undone[];
  readonly rollback?: RollbackResult;
  readonly migrationUndone?: MigrationUndone;
}

/** Takes back what is left of a release that did not hold, in reverse. `budget`: what post has left; main takes its time. */
export async function compensate(
  record: ReleaseRecord,
  phases: Phases,
  deploy: DeployPorts,
  ports: Ports,
  budget?: Milliseconds,
): Promise<Compensated> {
  const compensation = compensationOf(record);
  const back = new WayBack(record, phases, deploy, ports, budget);
  switch (compensation.kind) {
    case 'migration':
      return back.migration({ undone: [] });
    case 'deploy first': {
      const gone = await back.deploy({ undone: [] });
      if (gone.rollback?.result === 'success') return back.migration(gone);
      // The schema stands in the way of the old version: it goes first, where it can.
      if (!refusedBySchema(gone.rollback) || !phases.migration) return gone;
      return back.deployAfterMigration({ undone: [] }, gone);
    }
    case 'migration first':
      return back.deployAfterMigration({ undone: [] });
    case 'nothing':
      return { undone: [] };
    case 'stays':
    default: {
      const stays = record.migration === undefined ? [] : [migrationStays(compensation.why)];
      return { undone: [{ what: 'deploy', good: false, detail: compensation.why }, ...stays] };
    }
  }
}

const migrationStays = (why: string): Undone => ({
  what: 'migration',
  good: false,
  detail: `it stays: ${why}`,
});

const refusedBySchema = (result: RollbackResult | undefined): boolean =>
  result?.looked?.decision.kind === 'refuse' &&
  ['breaking', 'unreadable'].includes(result.looked.schema?.kind ?? '');

/** What the record of the rollback is to say. */
const whyLeft = ({ reason, verdicts }: ReleaseRecord): string =>
  verdicts.findLast(({ outcome }) => outcome === 'fail')?.reason ??
  reason ??
  'the run ended before the release was proven';

/** One release that is taken back. */
class WayBack {
  readonly #record: ReleaseRecord;
  readonly #phases: Phases;
  readonly #ports: Ports;
  readonly #deploy: DeployPorts;
  readonly #budget: Milliseconds | undefined;

  constructor(
    record: ReleaseRecord,
    phases: Phases,
    deploy: DeployPorts,
    ports: Ports,
    budget: Milliseconds | undefined,
  ) {
    this.#record = record;
    this.#phases = phases;
    this.#deploy = deploy;
    this.#ports = ports;
    this.#budget = budget;
  }

  async deploy(so: Compensated): Promise<Compensated> {
    const asked = this.#phases.rollback(this.#record.id, whyLeft(this.#record));
    const budget = this.#budget;
    const inputs = budget === undefined ? asked : { ...asked, timeout: Math.min(asked.timeout, budget) };
    const { connect, log } = this.#ports;
    try {
      const done = await log.group('Undo of the deploy', async () =>
        rollback(inputs, await connect.rollback(inputs)),
      );
      const undone: Undone = { what: 'deploy', good: done.result === 'success', detail: done.reason };
      return { ...so, undone: [...so.undone, undone], rollback: done };
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      return { ...so, undone: [...so.undone, { what: 'deploy', good: false, detail: messageOf(error) }] };
    }
  }

  async migration(so: Compensated): Promise<Compensated> {
    const { migration, deploy: inputs } = this.#phases;
    if (migration === undefined || this.#record.migration === undefined) return so;
    const { connect, log } = this.#ports;
    const waiting = this.#budget === undefined ? waitingAloud('deploy', inputs, this.#ports) : forPost;
    const done = await log.group('Undo of the migration', async (): Promise<MigrationUndone> => {
      try {
        const env = await connect.commands(inputs);
        const ports = { ...this.#ports, deploy: this.#deploy, env };
        return await undoMigration(this.#record.id, within(migration, this.#budget), waiting, ports);
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        return { kind: 'not undone', detail: messageOf(error) };
      }
    });
    log.info(`${done.kind}: ${done.detail}`);
    const good = done.kind === 'undone' || done.kind === 'not needed';
    const undone: Undone = { what: 'migration', good, detail: `${done.kind}: ${done.detail}` };
    return { ...so, undone: [...so.undone, undone], migrationUndone: done };
  }

  /** Where only the migration's undo makes the schema one that the old version can read. */
  async deployAfterMigration(so: Compensated, refused?: Compensated): Promise<Compensated> {
    const migrated = await this.migration(so);
    const kept = migrated.migrationUndone;
    if (kept?.kind === 'undone') return this.deploy(migrated);
    const why = refused?.undone[0]?.detail ?? this.#record.reason ?? '';
    const stays: Undone = { what: 'deploy', good: false, detail: `the new version stays: ${why}` };
    return {
      ...migrated,
      ...refused,
      undone: [...migrated.undone, stays],
      ...(kept && { migrationUndone: kept }),
    };
  }
}
