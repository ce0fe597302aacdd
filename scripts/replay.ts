/** `npm run replay -- <report.json>`: the verdict of a deploy-helm report, again, from what its watcher had seen. */
import { readFile } from 'node:fs/promises';
import { leftOut, replay } from '../lib/domain/verdict/replay.ts';
import type { Expectation, Observation, Verdict } from '../lib/domain/verdict/types.ts';

interface Report {
  readonly data?: {
    readonly judged?: { readonly verdict: Verdict; readonly expectation: Expectation };
    readonly observations?: readonly Observation[];
  };
}

const [path] = process.argv.slice(2);
if (path === undefined) fail('say which report: npm run replay -- slipway-1a2b3c4d-deploy-helm.json');
const { data } = JSON.parse(await readFile(path, 'utf8')) as Report;
if (data?.judged === undefined || data.observations === undefined)
  fail(`${path} holds no roll-out that its watcher judged: nothing was changed, or helm refused it`);

const { verdict: recorded, expectation } = data.judged;
const again = replay(expectation, data.observations);
for (const line of linesOf(again)) console.log(line);
const missing = leftOut(data.observations);
if (missing !== undefined) console.log(`may differ from what was judged: ${missing}`);
if (again?.outcome !== recorded.outcome || again.reason !== recorded.reason || again.at !== recorded.at)
  fail(`recorded was another verdict:\n${linesOf(recorded).join('\n')}`);

function linesOf(verdict: Verdict | undefined): string[] {
  if (verdict === undefined) return ['no verdict'];
  const { outcome, reason, at, findings } = verdict;
  return [
    `${outcome}: ${reason}`,
    `at ${new Date(at).toISOString()}, of ${data?.observations?.length ?? 0} observations`,
    ...findings.flatMap(({ severity, rule, subject, cause, firstSeen, proof, remedy }) => [
      `${severity} ${rule}: ${subject}: ${cause}`,
      `  since ${new Date(firstSeen).toISOString()}`,
      `  proof ${proof}`,
      `  to do ${remedy}`,
    ]),
  ];
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
