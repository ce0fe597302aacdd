import { messageOf } from '../domain/errors.ts';
import type { Milliseconds } from '../domain/duration.ts';
import { changesOf } from '../domain/evidence/changes.ts';
import { chooseEvidence } from '../domain/evidence/choose.ts';
import type { Choice } from '../domain/evidence/choose.ts';
import { hideIn } from '../domain/evidence/hide.ts';
import { evidenceFile, failureLines, tellsMore, titleOf } from '../domain/evidence/render.ts';
import { isLost, tailLimits, tailOf } from '../domain/evidence/tail.ts';
import { describeRun } from '../domain/evidence/types.ts';
import type { Evidence, Failure, LogRequest, LogTail } from '../domain/evidence/types.ts';
import type { ManifestObject } from '../domain/manifest/parse.ts';
import { isRefusal } from '../domain/refusal.ts';
import type { Observation, Verdict } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { Kube } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';

export interface EvidenceOrder {
  /** `shop 1.2.0 in prod`. */
  readonly release: string;
  readonly verdict: Verdict;
  readonly observations: readonly Observation[];
  /** The objects of the last release; undefined on a first one. */
  readonly before: readonly ManifestObject[] | undefined;
  readonly after: readonly ManifestObject[];
  /** Takes out what the release's Secrets hold. */
  readonly hide: (text: string) => string;
}

export interface EvidencePorts {
  readonly kube: Pick<Kube, 'log'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Pick<Files, 'keep'>;
  readonly signal: AbortSignal;
}

export interface Captured {
  readonly evidence: Evidence;
  /** Where it lies as one Markdown file, for the workflow to upload. */
  readonly file: string;
}

/** For all logs together: an undo waits no longer for them. */
const logBudget: Milliseconds = 5_000;

/** What is read of a log before its end is cut out: 60 lines may be long ones. */
const readBytes = 256 * 1024;

/**
 * Gathers, prints and keeps what shows why a release does not hold, while it is still there. Never throws, for an undo
 * comes after it: without the evidence it is still the right thing to do.
 */
export async function captureEvidence(
  order: EvidenceOrder,
  ports: EvidencePorts,
): Promise<Captured | undefined> {
  const { release, verdict, observations, before, after, hide } = order;
  try {
    const { scenes, missing } = chooseEvidence(verdict, observations);
    const logs = await readLogs(scenes, ports);
    const failures = scenes.map(({ wanted, id, ...scene }): Failure => ({
      ...scene,
      logs: withoutRepeats(wanted.flatMap((request) => logs.tails.get(request) ?? [])),
      changes: id === undefined ? [] : changesOf(id, before, after),
    }));
    const evidence = hideIn({ failures, missing: [...missing, ...logs.missing] }, hide);
    const title = `${release}: ${verdict.outcome === 'fail' ? 'why it did not hold' : 'what was seen of it'}`;
    for (const failure of evidence.failures.filter(tellsMore)) await print(failure, ports.log);
    for (const line of evidence.missing) ports.log.info(`evidence that could not be had: ${line}`);
    return { evidence, file: ports.files.keep('evidence.md', evidenceFile(title, evidence)) };
  } catch (error) {
    ports.log.warn(`the evidence is not whole: ${messageOf(error)}`);
    return undefined;
  }
}

const print = (failure: Failure, log: Log): Promise<void> =>
  log.group(`Evidence: ${titleOf(failure)}`, async () => {
    for (const line of failureLines(failure)) log.info(line);
    for (const tail of failure.logs) {
      log.info(`  log of ${describeRun(tail)}${tail.cut ? ', its end' : ''}`);
      log.untrusted(tail.lines.map((line) => `    | ${line}`));
    }
  });

interface Logs {
  readonly tails: ReadonlyMap<LogRequest, LogTail>;
  readonly missing: readonly string[];
}

/** All at once, each once: what has not come by the end of the budget is said to be missing, and given up. */
async function readLogs(scenes: Choice['scenes'], { kube, clock, signal }: EvidencePorts): Promise<Logs> {
  const wanted = scenes.flatMap((scene) => scene.wanted);
  if (wanted.length === 0) return { tails: new Map(), missing: [] };
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  const late = clock.sleep(logBudget, until).then(
    () => `no answer within ${logBudget / 1_000}s`,
    () => 'the run was cancelled',
  );
  const answers = await Promise.all(
    wanted.map(async (request) => {
      const answer = await Promise.race([readLog(request, kube, until), late]);
      return [request, answer] as const;
    }),
  );
  over.abort();
  const tails = new Map(
    answers.flatMap(([request, tail]) => (typeof tail === 'string' ? [] : [[request, tail]])),
  );
  return { tails, missing: missingOf(answers, [...tails.values()]) };
}

/** What stands in the way of every log is said once; that one is lost, where nothing else is there of its container. */
function missingOf(
  answers: readonly (readonly [LogRequest, LogTail | string])[],
  tails: readonly LogTail[],
): string[] {
  const hasOther = ({ pod, container }: LogRequest): boolean =>
    tails.some((tail) => tail.pod === pod && tail.container === container);
  const lines = answers.flatMap(([request, why]) => {
    if (typeof why !== 'string' || (why === lost && hasOther(request))) return [];
    return [why.startsWith(mayNot) ? why : `the log of ${describeRun(request)}: ${why}`];
  });
  const forbidden = lines.find((line) => line.startsWith(mayNot));
  const others = lines.filter((line) => !line.startsWith(mayNot));
  return forbidden === undefined ? others : [forbidden, ...others];
}

const lost = 'its node has removed it';
const mayNot = 'logs may not be read';

/** The tail, or why there is none. */
async function readLog(
  request: LogRequest,
  kube: EvidencePorts['kube'],
  signal: AbortSignal,
): Promise<LogTail | string> {
  const { namespace, pod, container, run } = request;
  try {
    const text = await kube.log(namespace, pod, {
      container,
      previous: run === 'previous',
      // One more than is shown, to tell whether there was more.
      tailLines: tailLimits.lines + 1,
      lastBytes: readBytes,
      signal,
    });
    return isLost(text) ? lost : { ...request, ...tailOf(text) };
  } catch (error) {
    const message = messageOf(error);
    return isRefusal(error, 403) ? `${mayNot}: ${error.refusal.message}` : message;
  }
}

/** Once a container backs off, the kubelet gives the log of its last run under both names. */
const withoutRepeats = (tails: readonly LogTail[]): LogTail[] =>
  tails.filter((tail, index) => {
    const said = tail.lines.join('\n');
    const isSame = (other: LogTail): boolean =>
      other.pod === tail.pod && other.container === tail.container && other.lines.join('\n') === said;
    return said === '' || !tails.slice(0, index).some(isSame);
  });
