/** What Helm by itself says of the same faults, and when. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { oneLine } from '../../lib/domain/words.ts';
import { majors } from '../../test/e2e/support/tools.ts';
import type { Major } from '../../test/e2e/support/tools.ts';
import { orAborted } from '../kit/or-aborted.ts';
import { Place } from '../kit/place.ts';
import { root } from '../kit/run-tool.ts';
import { markdownTable } from '../table.ts';
import type { Stage } from './case.ts';
import { cases } from './cases.ts';
import { chart, release, valuesFile } from './round.ts';
import type { Setting } from './round.ts';

export const anchored: readonly string[] = [
  'image-absent',
  'crash-at-start',
  'secret-missing',
  'quota-exceeded',
  'no-node-selected',
  'job-fails',
];

export interface Anchor {
  readonly case: string;
  readonly helm: Major;
  readonly exit: number | null;
  /** What it wrote to stderr, in one line. */
  readonly said: string;
  readonly seconds: number;
  /** From the first report of the fault to its end. */
  readonly afterProof: number;
}

export async function anchors(setting: Setting, signal: AbortSignal): Promise<Anchor[]> {
  const jobs = anchored.flatMap((id) => majors.map((helm) => ({ id, helm })));
  const found: Anchor[] = [];
  const lane = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift())
      found.push(await anchor(job.id, job.helm, setting, signal));
  };
  await Promise.all(majors.flatMap(() => [lane(), lane(), lane()]));
  const place = ({ case: id, helm }: Anchor): number => 2 * anchored.indexOf(id) + majors.indexOf(helm);
  return found.toSorted((a, b) => place(a) - place(b));
}

/** Each as an install: helm waits alike for an upgrade. */
async function anchor(id: string, helm: Major, setting: Setting, signal: AbortSignal): Promise<Anchor> {
  const fault = cases.find((each) => each.id === id)?.fault;
  if (fault === undefined || fault.proof === 'refusal') throw new Error(`${id} is no anchor`);
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await Place.open(helm));
  const namespace = place.namespace.name;
  stack.use(setting.truth.follow(namespace));
  const { service, registry } = setting;
  const stage: Stage = { place, namespace, service, registry, defer: (undo) => stack.defer(undo) };
  await fault.before?.(stage);
  const values = await valuesFile(stage, await fault.objects(stage));
  const startedAt = Date.now();
  const { exit, said } = await orAborted(upgrade(stage, values), signal);
  const endedAt = Date.now();
  const proofAt = setting.truth.firstProof(namespace, fault.proof, startedAt) ?? Number.NaN;
  return {
    case: id,
    helm,
    exit,
    said,
    seconds: (endedAt - startedAt) / 1_000,
    afterProof: (endedAt - proofAt) / 1_000,
  };
}

function upgrade(
  { place, namespace }: Stage,
  values: string,
): Promise<{ exit: number | null; said: string }> {
  const where = ['--namespace', namespace, '--values', values];
  const argv = [
    'upgrade',
    release,
    chart,
    '--install',
    ...where,
    '--wait',
    '--wait-for-jobs',
    '--timeout',
    '60s',
  ];
  const env = { PATH: process.env['PATH'], ...place.programEnv };
  const child = spawn(join(place.bin, 'helm'), argv, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (text += more));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, said: oneLine(text, 300) }));
  });
}

export const anchorTable = (found: readonly Anchor[]): string =>
  markdownTable(
    [
      'upgrade --install --wait --wait-for-jobs --timeout 60s',
      'exit',
      's',
      'after the first report s',
      'said',
    ],
    found.map(({ case: id, helm, exit, seconds, afterProof, said }) => [
      `${id}, ${helm}`,
      String(exit),
      seconds.toFixed(1),
      afterProof.toFixed(1),
      said,
    ]),
  );
