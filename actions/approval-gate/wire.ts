import { reportFiles } from '../../lib/adapters/reports/files.ts';
import { read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { githubFor } from '../../lib/wiring/step.ts';
import type { Ports } from './ports.ts';

export function wireApprovalGate(context: Context): Ports {
  const { env, clock, log, temp, actor } = context;
  const { gate, history, issues } = githubFor(context);
  return {
    gate,
    history,
    issues,
    files: temp,
    reports: reportFiles(),
    workspace: read(env, 'GITHUB_WORKSPACE'),
    clock,
    log,
    actor,
  };
}
