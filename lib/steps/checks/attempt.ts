/** One attempt at one check: asks, and says what was amiss. */
import { parseAddress } from '../../domain/checks/address.ts';
import { explainFailure } from '../../domain/checks/explain-failure.ts';
import { excerpt } from '../../domain/checks/excerpt.ts';
import { certificateDifference, judgeHttp } from '../../domain/checks/judge-http.ts';
import { judgeLatency } from '../../domain/checks/judge-latency.ts';
import { targetOf } from '../../domain/checks/target.ts';
import { matchesText, sayMatch } from '../../domain/checks/text-match.ts';
import type { Check, CheckOf, HttpRequest, LatencyFigures, Miss, Via } from '../../domain/checks/types.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { CancelledError, messageOf, ToolError } from '../../domain/errors.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { ProbeOptions } from '../../ports/probes.ts';
import { openLoop } from './open-loop.ts';
import { lookAtPods } from './pods.ts';
import type { CheckPorts } from './ports.ts';

export interface Attempt {
  /** Undefined: as expected. */
  readonly miss?: Miss;
  readonly latency?: LatencyFigures;
  /** The question could not be put at all (API out of reach, kubectl refused): no answer, so no verdict. */
  readonly unknown?: boolean;
}

export interface Limits {
  /** Of one question. */
  readonly timeout: Milliseconds;
  /** Of what takes many of them. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** Never throws but when the step is cancelled: what goes wrong is a miss, or not known. */
export async function attempt(
  check: Check,
  { timeout, deadline }: Limits,
  ports: CheckPorts,
): Promise<Attempt> {
  return told(targetOf(check), async () => {
    const options = { timeout, ...(ports.signal === undefined ? {} : { signal: ports.signal }) };
    if (check.kind === 'http') return askHttp(check, options, deadline, ports);
    if (check.kind === 'tcp') return askTcp(check, options, ports);
    if (check.kind === 'tls') return askTls(check, options, ports);
    if (check.kind === 'command') return runCommand(check, options, ports);
    return lookAtPods(check, ports);
  });
}

/** Turns what is thrown into a miss, or into not knowing. `target` begins the line. */
export async function told(target: string, ask: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    if (error instanceof ProbeFailure) return { miss: explainFailure(error, target) };
    const reason = messageOf(error);
    const miss = { reason: `${target}: could not be asked: ${reason}` };
    return { miss: { ...miss, ...(isMissing(error) ? { hopeless: reason } : {}) }, unknown: true };
  }
}

/** kubectl is not there, and no wait will bring it. */
const isMissing = (error: unknown): boolean =>
  error instanceof ToolError && ['ENOENT', 'EACCES'].includes(String(error.exit));

async function askHttp(
  { request, via, expect, latency }: CheckOf<'http'>,
  options: ProbeOptions,
  deadline: number,
  ports: CheckPorts,
): Promise<Attempt> {
  const { clock, probes } = ports;
  const way = await routed(request, via, options, ports);
  const ask = async (within: ProbeOptions): Promise<Miss | undefined> =>
    judgeHttp(expect, await probes.http(way.request, within), clock.now(), probes.finds);
  const miss = await ask(way.options);
  if (miss !== undefined || latency === undefined) return miss === undefined ? {} : { miss };
  const answered = async (): Promise<boolean> => {
    const timeout = Math.min(options.timeout, Math.max(deadline - clock.now(), leastAnswer));
    return (await ask({ ...options, timeout })) === undefined;
  };
  const { figures, miss: slow } = judgeLatency(await openLoop(answered, latency, deadline, ports), latency);
  return { latency: figures, ...(slow === undefined ? {} : { miss: slow }) };
}

/** What was asked just before the deadline still gets a moment. */
const leastAnswer: Milliseconds = 250;

async function askTcp(
  { host, port, via }: CheckOf<'tcp'>,
  options: ProbeOptions,
  { forwards, probes, clock }: CheckPorts,
): Promise<Attempt> {
  if (via === undefined) await probes.tcp(host, port, options);
  else {
    const { address, options: left } = await opened(via, options, { forwards, clock });
    const { host: here = '', port: there = 0 } = parseAddress(address) ?? {};
    await probes.tcp(here, there, left);
  }
  return {};
}

async function askTls(
  check: CheckOf<'tls'>,
  options: ProbeOptions,
  { probes, clock }: CheckPorts,
): Promise<Attempt> {
  const certificate = await probes.tls(check, options);
  return missOf(certificateDifference(check.validFor, certificate, clock.now()));
}

/** The same request, by way of a port-forward where one is asked for: path and host stay. */
export async function routed(
  request: HttpRequest,
  via: Via | undefined,
  options: ProbeOptions,
  ports: Pick<CheckPorts, 'forwards' | 'clock'>,
): Promise<{ request: HttpRequest; options: ProbeOptions }> {
  if (via === undefined) return { request, options };
  const way = await opened(via, options, ports);
  return { request: { ...request, resolve: way.address }, options: way.options };
}

/** A forward takes of the time of the attempt. */
async function opened(
  via: Via,
  options: ProbeOptions,
  { forwards, clock }: Pick<CheckPorts, 'forwards' | 'clock'>,
): Promise<{ address: string; options: ProbeOptions }> {
  const began = clock.now();
  const address = await forwards.open(via, options);
  return { address, options: { ...options, timeout: Math.max(options.timeout - (clock.now() - began), 1) } };
}

async function runCommand(
  { argv, exitCode, output }: CheckOf<'command'>,
  { timeout, signal }: ProbeOptions,
  { spawn, probes }: CheckPorts,
): Promise<Attempt> {
  const cancel = signal === undefined ? {} : { signal };
  const options = { timeout, killAfter: 3_000, maxBytes: 4 * 1024 * 1024, ...cancel };
  const exit = await spawn({ argv }, options).catch((error: unknown) => {
    if (error instanceof ToolError) return error;
    throw error;
  });
  // The runner lacks it: that says nothing of the service, and no wait will bring it.
  if (exit instanceof ToolError)
    return { miss: { reason: exit.message, hopeless: 'it could not be run' }, unknown: true };
  if (exit.cancelled) throw new CancelledError();
  const said = [exit.stdout, exit.stderr].join('\n');
  const problems = [
    ...(exit.status === exitCode ? [] : [`exit ${exit.status}, expected ${exitCode}`]),
    ...output
      .filter((match) => !matchesText(said, match, probes.finds))
      .map((match) => `the output does not ${sayMatch(match)}`),
  ];
  const { miss } = missOf(exit.timedOut ? [`it had not ended after ${timeout} ms`] : problems);
  return miss === undefined ? {} : { miss: { ...miss, excerpt: excerpt(said.trim()) } };
}

const missOf = (problems: readonly string[]): { miss?: Miss } =>
  problems.length === 0 ? {} : { miss: { reason: problems.join('; ') } };
