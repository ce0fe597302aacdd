import type { Milliseconds } from '../../lib/domain/duration.ts';
import { ConfigurationError, TargetError } from '../../lib/domain/errors.ts';
import type { Held, PackedChart, Published } from '../../lib/domain/published-chart/types.ts';
import { versionProblem } from '../../lib/domain/published-chart/version.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import { shelfFor } from './shelf.ts';
import type { Shelf } from './shelf.ts';
import { sign } from './sign.ts';

export interface PublishResult extends Result {
  readonly chart: PackedChart;
  /** In the order of the input; of a dry run: what would be there. */
  readonly places: readonly Published[];
  readonly signed: boolean;
  /** What helm lint had to say. */
  readonly lint: readonly string[];
  readonly duration: Milliseconds;
  readonly planned: boolean;
}

/** Publishes one version of a chart wherever it is missing; what is published already is never replaced. */
export async function publishChart(inputs: Inputs, ports: Ports): Promise<PublishResult> {
  const { clock, log } = ports;
  const startedAt = clock.now();
  if (inputs.sign !== undefined) log.info(`cosign ${await ports.signer.version()}`);
  const { chart, lint } = await log.group('Lint and pack', () => pack(inputs, ports));
  const shelves = inputs.destinations.map((destination) => shelfFor(destination, chart, ports));
  const held = await log.group('What is there', () => look(shelves, ports));
  refuseOthers(shelves, held, chart);

  const places = inputs.dryRun
    ? shelves.map((shelf, index) => place(shelf, held[index]))
    : await log.group('Publish', () => publish(shelves, held, inputs, ports));
  return {
    result: 'success',
    reason: reasonOf(chart, places, inputs.dryRun),
    chart,
    places,
    signed: !inputs.dryRun && inputs.sign !== undefined && shelves.some(hasRegistry),
    lint,
    duration: clock.now() - startedAt,
    planned: inputs.dryRun,
  };
}

async function pack(
  { chart: path, version, appVersion, lint, valuesFiles, dependencyUpdate, dependencyAccess }: Inputs,
  { charts, packager, log, signal }: Ports,
): Promise<{ chart: PackedChart; lint: readonly string[] }> {
  const source = await charts.chart({ kind: 'path', path }, dependencyAccess, { dependencyUpdate, signal });
  const problem = versionProblem(version ?? source.version);
  if (problem !== undefined)
    throw new ConfigurationError([
      { input: 'version', value: JSON.stringify(version ?? source.version), problem },
    ]);
  const said =
    lint === 'off'
      ? { passed: true, lines: [] }
      : await packager.lint(source, { strict: lint === 'warnings', valuesFiles });
  log.untrusted(said.lines);
  if (!said.passed) throw refusedByLint(path, said.lines);
  const chart = await packager.pack(source, {
    ...(version === undefined ? {} : { version }),
    ...(appVersion === undefined ? {} : { appVersion }),
  });
  log.info(
    `${chart.name} ${chart.version}: ${chart.archive.length} bytes, source ${chart.sourceHash.slice(0, 12)}`,
  );
  return { chart, lint: said.lines };
}

const refusedByLint = (path: string, lines: readonly string[]): TargetError =>
  new TargetError('helm lint refuses the chart; nothing was published', {
    subject: `chart ${path}`,
    remedy: 'mend the chart; helm lint says the same on your machine (lint: off publishes it as it is)',
    details: lines.slice(0, 10).map((line) => ['helm lint', line] as const),
  });

async function look(shelves: readonly Shelf[], { log }: Ports): Promise<Held[]> {
  const held = await Promise.all(shelves.map((shelf) => shelf.look()));
  const words = {
    nothing: 'not there yet',
    same: 'there already, the same chart',
    other: 'ANOTHER chart is there',
  };
  shelves.forEach(({ reference }, index) =>
    log.info(`${reference}: ${words[held[index]?.kind ?? 'nothing']}`),
  );
  return held;
}

/** Before anything is written anywhere: a version means one chart. */
function refuseOthers(shelves: readonly Shelf[], held: readonly Held[], chart: PackedChart): void {
  const taken = shelves.flatMap(({ reference }, index) => {
    const each = held[index];
    return each?.kind === 'other' ? [[reference, each.digest] as const] : [];
  });
  if (taken.length === 0) return;
  throw new TargetError(
    `version ${chart.version} is published already, with other content; nothing was changed`,
    {
      subject: `chart ${chart.name} ${chart.version}`,
      remedy: 'give this chart another version: a published one is never replaced',
      details: taken,
    },
  );
}

const hasRegistry = ({ destination }: Shelf): boolean => destination.kind === 'oci';

async function publish(
  shelves: readonly Shelf[],
  held: readonly Held[],
  inputs: Inputs,
  ports: Ports,
): Promise<Published[]> {
  const { log } = ports;
  if (inputs.sign !== undefined && !shelves.some(hasRegistry))
    log.warn('sign: there is no registry among the destinations, so there is nothing to sign');
  const places: Published[] = [];
  // One after the other: when one fails, the log says which have it.
  for (const [index, shelf] of shelves.entries()) {
    const there = held[index];
    const digest = there?.kind === 'same' ? there.digest : await put(shelf, places, inputs, ports);
    const before = there?.kind === 'same' ? shelf.signable(digest) : undefined;
    if (before !== undefined) await sign(before, inputs, ports, false);
    places.push({ ...place(shelf, there), digest });
    log.info(`${shelf.reference}: ${there?.kind === 'same' ? 'left as it is' : 'published'}, ${digest}`);
  }
  return places;
}

/** When one fails, the others keep what they were given. */
async function put(shelf: Shelf, done: readonly Published[], inputs: Inputs, ports: Ports): Promise<string> {
  try {
    return await shelf.put((ref) => sign(ref, inputs, ports, true));
  } catch (error) {
    const have = done.filter(({ kind }) => kind === 'published').map(({ reference }) => reference);
    if (have.length > 0)
      ports.log.warn(
        `${have.join(', ')} ${have.length === 1 ? 'has it already, and keeps' : 'have it already, and keep'} it: run again for the rest`,
      );
    throw error;
  }
}

const place = ({ destination, reference }: Shelf, held: Held | undefined): Published => ({
  destination,
  reference,
  kind: held?.kind === 'same' ? 'there' : 'published',
  digest: held?.kind === 'same' ? held.digest : '',
});

function reasonOf({ name, version }: PackedChart, places: readonly Published[], planned: boolean): string {
  const fresh = places.filter(({ kind }) => kind === 'published').length;
  const where = places.length === 1 ? '' : ` in ${fresh} of ${places.length} places`;
  if (fresh === 0) return `${name} ${version} was published before, and is the same chart`;
  return `${name} ${version} ${planned ? 'would be' : 'is'} published${where}`;
}
