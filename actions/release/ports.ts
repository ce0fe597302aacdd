import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Spawn } from '../../lib/ports/process.ts';
import type { Ports as BackupPorts } from '../backup-db/ports.ts';
import type { Inputs as DeployInputs } from '../deploy-helm/inputs.ts';
import type { Ports as DeployPorts } from '../deploy-helm/ports.ts';
import type { Inputs as RollbackInputs } from '../rollback/inputs.ts';
import type { Ports as RollbackPorts } from '../rollback/ports.ts';
import type { Inputs as SmokeInputs } from '../smoke-test/inputs.ts';
import type { Ports as SmokePorts } from '../smoke-test/ports.ts';
import type { Left } from './left.ts';

/** Everything outside that the whole release talks to: its own part is small, the phases bring theirs. */
export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Files;
  /** GITHUB_WORKSPACE. */
  readonly workspace: string;
  readonly spawn: Spawn;
  readonly actor: Actor;
  /** Aborts when the runner cancels the step. */
  readonly signal: AbortSignal;
  /** Tells post of a release that is neither proven nor undone; undefined when it is. */
  readonly leave: (left: Left | undefined) => void;
  /** The ports of the phases, each wired by its own action once its inputs are known. */
  readonly connect: {
    deploy(inputs: DeployInputs): Promise<DeployPorts>;
    backup(): BackupPorts;
    smoke(inputs: SmokeInputs): Promise<SmokePorts>;
    rollback(inputs: RollbackInputs): Promise<RollbackPorts>;
    /** What the commands of a migration find in their environment besides that of the step. */
    commands(inputs: DeployInputs): Promise<Readonly<Record<string, string>>>;
  };
}
