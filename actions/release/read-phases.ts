import { ConfigurationError } from '../../lib/domain/errors.ts';
import { readSlipwayFile } from '../../lib/steps/slipway-file.ts';
import type { Inputs } from './inputs.ts';
import { phasesOf } from './phases.ts';
import type { Phases } from './phases.ts';
import type { Ports } from './ports.ts';

/** Throws ConfigurationError with every fault of the inputs and of the file. */
export async function readPhases(inputs: Inputs, ports: Pick<Ports, 'files' | 'workspace'>): Promise<Phases> {
  const read = await readSlipwayFile(inputs.file, ports);
  if (read !== undefined) return phasesOf(read.file, read.text, inputs);
  throw new ConfigurationError([
    {
      input: 'file',
      value: JSON.stringify(inputs.file),
      problem: 'is not there: is the repository checked out? It says which phases a release has',
    },
  ]);
}
