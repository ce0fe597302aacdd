import { runAction } from '../../lib/runtime/run-action.ts';
import { parseInputs } from './inputs.ts';
import { report } from './report.ts';
import { planRelease } from './run.ts';
import { wirePlanRelease } from './wire.ts';

await runAction({ name: 'plan-release', parse: parseInputs, run: planRelease, report }, wirePlanRelease);
