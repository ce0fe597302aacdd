/** Runs a team's CronJob now, and waits until its Job has ended. */
import {
  activeJobs,
  cronJobSpec,
  jobFrom,
  jobName,
  jobState,
  podWords,
  stuckPod,
} from '../../domain/cron-job.ts';
import type { JobState, Stuck } from '../../domain/cron-job.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import type { KubeObject } from '../../domain/kubernetes.ts';
import { describeAccess } from '../../domain/permissions.ts';
import { builtInType } from '../../domain/resource-types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccessQuestion, Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';

export interface CronJobOrder {
  readonly namespace: string;
  readonly cronJob: string;
  /** Whose log is shown when the Job fails; the first of its pod where it is not given. */
  readonly container?: string;
  /** No Job of ours lives longer. */
  readonly timeout: Milliseconds;
}

export interface CronJobPorts {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Hexadecimal, never the same twice. */
  readonly chance: () => string;
  readonly heartbeat: (text: () => string) => Disposable;
}

export interface JobRun {
  readonly name: string;
  /** By the cluster's clock. */
  readonly createdAt: Milliseconds;
  readonly end: Exclude<JobState, { kind: 'running' }>;
  /** The last lines of its log, where it failed and they could be read. */
  readonly lastLines: readonly string[];
}

const typeOf = (apiVersion: string, kind: string) => {
  const type = builtInType({ apiVersion, kind });
  if (type === undefined) throw new Error(`${kind} is not built in`);
  return type;
};
const cronJobs = typeOf('batch/v1', 'CronJob');
const jobs = typeOf('batch/v1', 'Job');
const pods = typeOf('v1', 'Pod');

/** The CronJob, once it is known that it may be run; changes nothing. */
export async function findCronJob(order: CronJobOrder, { kube, log }: CronJobPorts): Promise<KubeObject> {
  const { namespace, cronJob: name } = order;
  const subject = describeCronJob(order);
  const denied = await kube.denied(permissions(namespace));
  if (denied.length > 0)
    throw new TargetError(`this identity may not run ${subject}`, {
      subject,
      remedy: 'grant what is missing; the README has the whole Role',
      details: denied.map((question) => ['missing', describeAccess(question)] as const),
    });
  const cronJob = await kube.get(cronJobs, namespace, name);
  if (cronJob === undefined)
    throw new TargetError(`there is no ${subject}`, {
      subject,
      remedy: `kubectl get cronjobs -n ${namespace} shows what is there`,
    });
  if (cronJobSpec(cronJob).suspend === true)
    log.info(`${subject} is suspended: its schedule starts nothing; it is run all the same, as asked`);
  return cronJob;
}

/** What others of its Jobs write meanwhile cannot be told from what ours writes. */
export const isAtWork = (cronJob: KubeObject): boolean => activeJobs(cronJob) > 0;

export const describeCronJob = ({ namespace, cronJob }: CronJobOrder): string =>
  `CronJob ${namespace}/${cronJob}`;

/** Resolves when the Job has ended, well or not. On a cancel, or out of time, the Job is stopped and kept. */
export async function runCronJob(
  order: CronJobOrder,
  cronJob: KubeObject,
  ports: CronJobPorts,
): Promise<JobRun> {
  const { kube, log, signal, chance } = ports;
  const { namespace, timeout } = order;
  const name = jobName(cronJob.metadata.name, chance());
  signal.throwIfAborted();
  const job = await kube.create(jobs, namespace, jobFrom(cronJob, name, Math.ceil(timeout / 1_000)));
  log.info(`Job ${namespace}/${name} was made of ${describeCronJob(order)}`);
  try {
    const end = await ended(job, namespace, ports);
    if (end.kind === 'stuck') {
      await stop(namespace, name, ports);
      throw new TargetError(`the Job's pod cannot begin: ${end.words}`, {
        subject: `Job ${namespace}/${name}`,
        remedy: end.remedy,
      });
    }
    const lastLines = end.kind === 'failed' ? await logOf(order, name, ports) : [];
    return { name, createdAt: Date.parse(job.metadata.creationTimestamp ?? ''), end, lastLines };
  } catch (error) {
    if (!signal.aborted) throw error;
    // Out of time: its pods go with it, and their log.
    if (signal.reason instanceof TargetError) await logOf(order, name, ports);
    await stop(namespace, name, ports);
    throw error;
  }
}

const permissions = (namespace: string): AccessQuestion[] =>
  [
    ['cronjobs', 'get'],
    ['jobs', 'create'],
    ['jobs', 'list'],
    ['jobs', 'watch'],
    ['jobs', 'patch'],
  ].map(([resource = '', verb = '']) => ({ group: 'batch', resource, verb, namespace }));

const podsOf = (name: string): string => `job-name=${name}`;

/** How long a pod may be unable to begin before nobody waits for it any more: a kubelet has then tried some five times. */
const grace: Milliseconds = 180_000;

type End = JobRun['end'] | ({ readonly kind: 'stuck' } & Stuck);

/** The Job's end, or that it will not begin. What its pods wait for is said meanwhile, where they may be read. */
async function ended(
  { metadata: { uid, name } }: KubeObject,
  namespace: string,
  { kube, clock, heartbeat, signal }: CronJobPorts,
): Promise<End> {
  const over = new AbortController();
  const end = Promise.withResolvers<End>();
  const fail = (problem: string, remedy: string): void =>
    end.reject(new TargetError(problem, { subject: `Job ${namespace}/${name}`, remedy }));
  const look = (job: KubeObject): void => {
    const state = jobState(job);
    if (state.kind !== 'running') end.resolve(state);
  };
  const gone = (): void =>
    fail('the Job was deleted before its end was seen', 'find out who deletes Jobs there, then run it again');
  kube.watch(
    { resource: jobs, namespace, fieldSelector: `metadata.name=${name}` },
    (event) => {
      if (event.type === 'forbidden')
        return fail(`the Job may not be watched: ${event.reason}`, 'allow watch on jobs.batch there');
      const seen = event.type === 'listed' ? event.objects : 'object' in event ? [event.object] : [];
      const own = seen.find((each) => each.metadata.uid === uid);
      if (own !== undefined) look(own);
      if (event.type === 'listed' ? own === undefined : event.type === 'deleted' && own !== undefined) gone();
    },
    over.signal,
  );
  const waiting = new Map<string, { said: Stuck }>();
  const judge = (pod: KubeObject, isGone: boolean): void => {
    const uid = pod.metadata.uid ?? '';
    const known = waiting.get(uid);
    const said = isGone ? undefined : stuckPod(pod, known?.said);
    if (said === undefined) return void waiting.delete(uid);
    if (known !== undefined) return void (known.said = said);
    const since = { said };
    waiting.set(uid, since);
    const late = (): void => {
      if (waiting.get(uid) === since) end.resolve({ kind: 'stuck', ...since.said });
    };
    clock.sleep(grace, over.signal).then(late, () => undefined);
  };
  let words = '';
  kube.watch(
    { resource: pods, namespace, labelSelector: podsOf(name) },
    (event) => {
      const seen = event.type === 'listed' ? event.objects : 'object' in event ? [event.object] : [];
      for (const pod of seen) {
        words = podWords(pod);
        judge(pod, event.type === 'deleted');
      }
    },
    over.signal,
  );
  const cancel = (): void => end.reject(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  using _ = heartbeat(() => `Job ${name}${words === '' ? '' : `: ${words}`}`);
  try {
    return await end.promise;
  } finally {
    over.abort();
    signal.removeEventListener('abort', cancel);
  }
}

const shownLines = 50;

/** Of the pod that was made last; empty where it cannot be read. */
async function logOf(order: CronJobOrder, job: string, { kube, log }: CronJobPorts): Promise<string[]> {
  const { namespace } = order;
  try {
    const all = await kube.list({ resource: pods, namespace, labelSelector: podsOf(job) });
    const born = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
    const pod = [...all].sort((a, b) => (born(a) < born(b) ? -1 : 1)).at(-1);
    if (pod === undefined) return [];
    const { containers } = pod.spec as { containers: readonly { name: string }[] };
    const text = await kube.log(namespace, pod.metadata.name, {
      container: order.container ?? containers[0]?.name ?? '',
      previous: false,
      tailLines: shownLines,
      lastBytes: 16_384,
      signal: new AbortController().signal,
    });
    const lines = text.trimEnd().split('\n');
    await log.group(`The last lines of pod ${pod.metadata.name}`, async () => log.untrusted(lines));
    return lines.filter((line) => line.trim() !== '');
  } catch (error) {
    log.warn(`the log of Job ${namespace}/${job} could not be read: ${(error as Error).message}`);
    return [];
  }
}

/** A suspended Job ends its pods, and stays for who wants to look at it. */
async function stop(namespace: string, name: string, { kube, log }: CronJobPorts): Promise<void> {
  await kube.patch(jobs, namespace, name, { spec: { suspend: true } }).then(
    () => log.info(`Job ${namespace}/${name} was suspended: its pods end`),
    (error: unknown) =>
      log.warn(`Job ${namespace}/${name} may still run, until its deadline: ${(error as Error).message}`),
  );
}
