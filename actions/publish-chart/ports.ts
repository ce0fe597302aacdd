import type { Actor } from '../../lib/domain/record/types.ts';
import type { ChartMuseum } from '../../lib/ports/chart-museum.ts';
import type { ChartPackager } from '../../lib/ports/chart-packager.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Helm } from '../../lib/ports/helm.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { RegistryStore } from '../../lib/ports/registry-store.ts';
import type { Signer } from '../../lib/ports/signer.ts';

export interface Ports {
  /** Brings the chart and its dependencies to this runner. */
  readonly charts: Pick<Helm, 'chart'>;
  readonly packager: ChartPackager;
  readonly store: RegistryStore;
  readonly museum: ChartMuseum;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
  readonly actor: Actor;
  readonly signal: AbortSignal;
}
