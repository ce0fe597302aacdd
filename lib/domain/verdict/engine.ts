import { formatDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import { describeObject, type ObjectId } from '../kubernetes.ts';
import { kindName } from '../workloads/kind.ts';
import { createBench, type Ruling } from './bench.ts';
import { Others } from './others.ts';
import { progressLine, summariseProgress } from './progress.ts';
import { rules as allRules } from './rules/rules.ts';
import type { Rule } from './rules/rule.ts';
import type { Expectation, Finding, Judgement, Observation, Verdict, WorkloadProgress } from './types.ts';

/** Takes in observations and judges them. The same observations give the same judgement, live or replayed. */
export interface Engine {
  observe(observation: Observation): void;
  /** `now` in milliseconds since the epoch. Once it is a verdict it stays that verdict. */
  judge(now: number): Judgement;
}

/** What cannot be seen, by `apps/Deployment shop`. */
type Blindness = Extract<Observation, { kind: 'blind' }>;

/**
 * An engine for one rollout. Nothing passes before the `applied` observation, and judging begins with the
 * expectation's time, so that an earlier rollout in the same list of observations decides nothing.
 */
export function createEngine(expectation: Expectation, rules: readonly Rule[] = allRules): Engine {
  const {
    gated,
    advisory = [],
    deadline,
    timeout,
    asked = timeout,
    failFast = 'off',
    joinsLate = false,
  } = expectation;
  const bench = createBench([...gated, ...advisory], rules, { failFast, joinsLate });
  const others = new Others();
  const blind = new Map<string, Blindness>();
  let applied = false;
  let settled: Verdict | undefined;

  const observe = (observation: Observation): void => {
    if (observation.kind === 'blind')
      blind.set(watchName(observation.resource, observation.namespace), observation);
    else if (observation.kind === 'sighted')
      blind.delete(watchName(observation.resource, observation.namespace));
    else bench.observe(observation);
    if (observation.kind === 'applied') applied = true;
  };

  const judge = (now: number): Judgement => {
    if (settled !== undefined) return { kind: 'verdict', verdict: settled };
    if (!applied || now < deadline - timeout) {
      const workloads = gated.map(notApplied);
      if (now < deadline) return { kind: 'waiting', workloads, findings: [], probes: [], until: deadline };
      const reason = `not applied within ${formatDuration(asked)}`;
      settled = { outcome: 'inconclusive', reason, findings: [], at: now, workloads };
      return { kind: 'verdict', verdict: settled };
    }
    const ruled = gated.map((id) => bench.rule(id, now));
    const rulings = others.weigh(
      ruled.map((ruling) => onlySettled(ruling, now)),
      now,
    );
    const workloads = rulings.map(({ progress }) => progress);
    const findings = [
      ...rulings.flatMap((ruling) => ruling.findings),
      ...advisory.flatMap((id) => asAdvice(bench.rule(id, now), now)),
    ];
    const lost = [...blind.values()].some(({ because }) => because === 'lost');
    const decided = decide({
      now,
      deadline,
      asked,
      workloads,
      findings,
      unseen: gated.flatMap(unseen),
      lost,
    });
    if (decided === undefined) {
      const calls = findings.flatMap(({ callAt }) => callAt ?? []);
      const settling = ruled.flatMap(({ progress, settling: trial }) =>
        progress.ready && trial !== undefined ? [trial.until] : [],
      );
      return {
        kind: 'waiting',
        workloads,
        findings,
        probes: rulings.flatMap((r) => r.probes),
        until: Math.min(deadline, ...[...calls, ...settling].filter((time) => time > now)),
      };
    }
    settled = { findings, at: now, workloads, ...decided };
    return { kind: 'verdict', verdict: settled };
  };

  const unseen = (id: ObjectId): readonly Blindness[] => {
    const known = blind.get(watchName(kindName(id), id.namespace));
    return known === undefined ? [] : [known];
  };

  return { observe, judge };
}

interface Docket {
  readonly now: number;
  readonly deadline: number;
  readonly asked: Milliseconds;
  readonly workloads: readonly WorkloadProgress[];
  readonly findings: readonly Finding[];
  /** Gated kinds that cannot be seen now: what was seen of them before proves nothing. */
  readonly unseen: readonly Blindness[];
  /** Something cannot be seen now that could be before: a cause may have cleared meanwhile. */
  readonly lost: boolean;
}

/** The order matters: proof of doom, then not knowing for good, then readiness, then what has stood for too long. */
function decide(docket: Docket): (Partial<Verdict> & Pick<Verdict, 'outcome' | 'reason'>) | undefined {
  const { now, deadline, asked, workloads, findings, unseen } = docket;
  const doom = findings.find((finding) => finding.severity === 'terminal');
  if (doom !== undefined) return { outcome: 'fail', reason: `${doom.subject}: ${doom.cause}` };

  const forbidden = unseen.find(({ because }) => because === 'forbidden');
  if (forbidden !== undefined) return { outcome: 'inconclusive', reason: cannotSee(forbidden) };

  if (unseen.length === 0 && workloads.every((workload) => workload.ready)) {
    return {
      outcome: 'pass',
      reason: workloads.length === 0 ? 'nothing to wait for' : summariseProgress(workloads),
    };
  }
  const due = docket.lost ? undefined : findings.find(({ callAt = Infinity }) => callAt <= now);
  if (due !== undefined) return { outcome: 'fail', reason: `${due.subject}: ${due.cause}` };

  if (now < deadline) return undefined;
  const [gone] = unseen;
  if (gone !== undefined) return { outcome: 'inconclusive', reason: cannotSee(gone) };
  return {
    outcome: 'fail',
    reason: `not ready after ${formatDuration(asked)}: ${summariseProgress(workloads)}`,
    findings: [
      ...findings,
      ...workloads.filter(({ ready }) => !ready).map((workload) => outOfTime(workload, now)),
    ],
  };
}

/** What was only just started, with nothing to show that it works, is not ready before it has lasted. */
function onlySettled(ruling: Ruling, now: number): Ruling {
  const { progress, settling } = ruling;
  if (!progress.ready || settling === undefined || settling.until <= now) return ruling;
  return { ...ruling, progress: { ...progress, ready: false, blockedOn: settling.words } };
}

const watchName = (resource: string, namespace: string): string => `${resource} ${namespace}`;

const cannotSee = ({ resource, namespace, reason }: Blindness): string =>
  `cannot see ${resource.slice(resource.indexOf('/') + 1)}s${namespace === '' ? '' : ` in ${namespace}`}: ${reason}`;

const notApplied = (id: ObjectId): WorkloadProgress => ({
  id,
  ready: false,
  done: 0,
  wanted: 0,
  blockedOn: 'the release being applied',
});

const outOfTime = (workload: WorkloadProgress, now: number): Finding => ({
  subject: describeObject(workload.id),
  rule: 'NotReadyInTime',
  cause: workload.blockedOn,
  severity: 'likely',
  firstSeen: now,
  proof: progressLine(workload),
  remedy: 'mend what it is blocked on; if it only needs longer, raise timeout',
});

/** What nothing waits for is worth a word when it is not ready, and never a verdict. */
function asAdvice({ progress, findings }: Ruling, now: number): Finding[] {
  const pending: Finding = {
    subject: describeObject(progress.id),
    rule: 'NotReadyNotGated',
    cause: progress.blockedOn,
    severity: 'advisory',
    firstSeen: now,
    proof: progressLine(progress),
    remedy: `name it in gate (${progress.id.kind}/${progress.id.name}) if the release shall wait for it`,
  };
  return [...(progress.ready ? [] : [pending]), ...findings.map(toAdvice)];
}

function toAdvice({ callAt: _callAt, ...finding }: Finding): Finding {
  return { ...finding, severity: 'advisory' };
}
