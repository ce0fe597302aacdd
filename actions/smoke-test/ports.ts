import type { Actor } from '../../lib/domain/record/types.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';
import type { Records } from '../../lib/ports/records.ts';
import type { KeptSchemas, SchemaSource } from '../../lib/ports/schemas.ts';
import type { CheckPorts } from '../../lib/steps/run-checks.ts';
import type { SuitePorts } from '../../lib/steps/run-suites.ts';

export interface Ports extends CheckPorts, SuitePorts {
  /** Undefined where no record is given. */
  readonly records?: Records;
  readonly schemas?: KeptSchemas;
  /** Undefined where none is given. */
  readonly database?: SchemaSource;
  readonly github: GitHubDeployments;
  readonly files: Files;
  readonly actor: Actor;
}
