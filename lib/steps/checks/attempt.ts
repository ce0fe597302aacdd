/** One attempt at one check: asks, and says what was amiss. */
import { explainFailure } from '../../domain/checks/explain-failure.ts';
import { excerpt } from '../../domain/checks/excerpt.ts';
import { certificateDifference, judgeHttp } from '../../domain/checks/judge-http.ts';
import { judgeLatency } from '../../domain/checks/judge-latency.ts';
import { judgePods } from '../../domain/checks/judge-pods.ts';
import { matchesText, sayMatch } from '../../domain/checks/text-match.ts';
import type { Check, CheckOf, HttpRequest, LatencyFigures, Miss, Via } from '../../domain/checks/types.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { CancelledError, ToolError } from '../../domain/errors.ts';
import { knownType } from '../../domain/resource-types.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { ProbeOptions } from '../../ports/probes.ts';
import { openLoop } from './open-loop.ts';
import type { CheckPorts } from './ports.ts';

export interface Attempt {
  /** Undefined: as expected. */
  readonly miss?: Miss;
  readonly latency?: LatencyFigures;
  /** The question could not be put at all (API out of reach, kubectl refused): no answer, so no verdict. */
  readonly unknown?: boolean;
}

/** Never throws but when the step is cancelled: what goes wrong is a miss, or not known. */
export async function attempt(check: Check, timeout: Milliseconds, ports: CheckPorts): Promise<Attempt> {
  return told(check.name, async () => {
    const options = { timeout, ...(ports.signal === undefined ? {} : { signal: ports.signal }) };
    switch (check.kind) {
      case 'http':
        return askHttp(check, options, ports);
      case 'tcp': {
        const [host, port] =
          check.via === undefined ? [check.host, check.port] : await local(check.via, ports);
        await ports.probes.tcp(host, port, options);
        return {};
      }
      case 'tls': {
        const certificate = await ports.probes.tls(check, options);
        return missOf(certificateDifference(check.validFor, certificate, ports.clock.now()));
      }
      case 'command':
        return runCommand(check, options, ports);
      default:
        return lookAtPods(check, ports);
    }
  });
}

/** Turns what is thrown into a miss, or into not knowing. `target` begins the line. */
export async function told(target: string, ask: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    if (error instanceof ProbeFailure) return { miss: explainFailure(error, target) };
    const reason = error instanceof Error ? error.message : String(error);
    return { miss: { reason: `${target}: could not be asked: ${reason}` }, unknown: true };
  }
}

async function askHttp(
  { request, via, expect, latency }: CheckOf<'http'>,
  options: ProbeOptions,
  ports: CheckPorts,
): Promise<Attempt> {
  const there = await routed(request, via, ports);
  const miss = judgeHttp(expect, await ports.probes.http(there, options), ports.clock.now());
  if (miss !== undefined || latency === undefined) return miss === undefined ? {} : { miss };
  const ask = async (): Promise<boolean> =>
    judgeHttp(expect, await ports.probes.http(there, options), ports.clock.now()) === undefined;
  const { figures, miss: slow } = judgeLatency(await openLoop(ask, latency, ports), latency);
  return { latency: figures, ...(slow === undefined ? {} : { miss: slow }) };
}

/** The same request, by way of a port-forward where one is asked for: path and host stay. */
export async function routed(
  request: HttpRequest,
  via: Via | undefined,
  { forwards }: Pick<CheckPorts, 'forwards'>,
): Promise<HttpRequest> {
  return via === undefined ? request : { ...request, resolve: await forwards.open(via) };
}

async function local(via: Via, { forwards }: CheckPorts): Promise<[host: string, port: number]> {
  const [host = '', port = ''] = (await forwards.open(via)).split(':');
  return [host, Number(port)];
}

async function runCommand(
  { argv, exitCode, output }: CheckOf<'command'>,
  { timeout, signal }: ProbeOptions,
  { spawn }: CheckPorts,
): Promise<Attempt> {
  const options = { timeout, maxBytes: 4 * 1024 * 1024, ...(signal === undefined ? {} : { signal }) };
  const exit = await spawn({ argv }, options).catch((error: unknown) => {
    if (error instanceof ToolError)
      throw new ProbeFailure('request', 'ENOENT', error.message, { cause: error });
    throw error;
  });
  if (exit.cancelled) throw new CancelledError();
  const said = [exit.stdout, exit.stderr].join('\n');
  const problems = [
    ...(exit.timedOut ? [`it had not ended after ${timeout} ms`] : []),
    ...(!exit.timedOut && exit.status !== exitCode ? [`exit ${exit.status}, expected ${exitCode}`] : []),
    ...output
      .filter((match) => !matchesText(said, match))
      .map((match) => `the output does not ${sayMatch(match)}`),
  ];
  const { miss } = missOf(problems);
  return miss === undefined ? {} : { miss: { ...miss, excerpt: excerpt(said.trim()) } };
}

const pod = knownType('v1', 'Pod');

async function lookAtPods(check: CheckOf<'pods'>, { kube }: CheckPorts): Promise<Attempt> {
  if (kube === undefined) throw new Error('no cluster is named');
  const { namespace, selector } = check;
  const miss = judgePods(check, await kube.list({ resource: pod, namespace, labelSelector: selector }));
  return miss === undefined ? {} : { miss };
}

const missOf = (problems: readonly string[]): { miss?: Miss } =>
  problems.length === 0 ? {} : { miss: { reason: problems.join('; ') } };
