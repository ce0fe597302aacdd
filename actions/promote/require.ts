import { CancelledError, TargetError } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import { wordOf } from '../../lib/domain/promotion/requirements.ts';
import type { Answer, Answered, Requirement } from '../../lib/domain/promotion/requirements.ts';
import { latestScan } from '../../lib/domain/promotion/scan-record.ts';
import type { Trust } from '../../lib/domain/promotion/trusted-signer.ts';
import { neverDeployed, saysOf } from '../../lib/domain/promotion/verified-in.ts';
import { scansOf } from '../../lib/steps/scan-records.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import type { Source } from './source.ts';

/**
 * What is required of the image, each with what met it. Throws TargetError that names every one that is not met; and
 * what one of them could not be asked for (no cosign, GitHub out of reach), for then nothing is known.
 */
export async function meetRequirements(
  source: Source,
  { require, trust }: Pick<Inputs, 'require' | 'trust'>,
  ports: Ports,
): Promise<readonly Answered[]> {
  const asked = require.map(async (requirement) => ({
    requirement,
    answer: await ask(requirement, source, trust, ports),
  }));
  const settled = await Promise.allSettled(asked);
  const unknown = settled.find(({ status }) => status === 'rejected');
  if (unknown?.status === 'rejected') throw unknown.reason;
  const answered = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const refusal = refusalOf(source, answered);
  if (refusal !== undefined) throw refusal;
  return answered;
}

function ask(requirement: Requirement, source: Source, trust: Trust, ports: Ports): Promise<Answer> {
  if (requirement.kind === 'verified-in') return verifiedIn(source, requirement.environment, ports);
  return requirement.kind === 'scan' ? scan(source, ports) : signature(source, trust, ports);
}

async function signature({ ref }: Source, trust: Trust, { signer, files, signal }: Ports): Promise<Answer> {
  const trusted =
    trust.kind === 'public-key' && trust.key.includes('-----BEGIN')
      ? { ...trust, key: await files.writePrivate('signature.pub', `${trust.key}\n`) }
      : trust;
  const verdict = await signer.verify(ref, trusted, signal);
  const by = trust.kind === 'keyless' ? `an identity like ${trust.identity}` : 'the key of signature-key';
  if (verdict.kind === 'good') return { met: true, evidence: `signed by ${by}` };
  return {
    met: false,
    why: `no signature by ${by}: ${verdict.why}`,
    remedy: 'sign the digest when it is built (build-push: sign: true), or say whose signature counts',
  };
}

/** Forged easily by whoever may push: it shows that nobody forgot to scan. */
async function scan({ ref, digest }: Source, { registry }: Ports): Promise<Answer> {
  const last = latestScan(await scansOf(ref, digest, registry), digest);
  const remedy = 'build-push records what its scan-command finds: give it one, and promote what passes';
  if (last === undefined) return { met: false, why: 'no scan of it is on record', remedy };
  const { outcome, scanner, reason, at } = last;
  if (outcome === 'pass') return { met: true, evidence: `${scanner} at ${at}: ${reason}` };
  return { met: false, why: `${scanner} refused it at ${at}: ${reason}`, remedy };
}

async function verifiedIn(
  { digest }: Source,
  environment: string,
  { history, signal }: Ports,
): Promise<Answer> {
  for await (const deployment of history.deploymentsIn(environment)) {
    if (signal.aborted) throw new CancelledError();
    const answer = saysOf(digest, deployment);
    if (answer !== undefined) return answer;
  }
  return neverDeployed(digest, environment);
}

function refusalOf({ ref }: Source, answered: readonly Answered[]): TargetError | undefined {
  const unmet = answered.flatMap(({ requirement, answer }) =>
    answer.met ? [] : [{ word: wordOf(requirement), ...answer }],
  );
  const [first, ...more] = unmet;
  if (first === undefined) return undefined;
  return new TargetError(
    more.length === 0
      ? `${first.word} is required, and ${first.why}`
      : `${unmet.length} things that are required of it are missing; nothing was copied`,
    {
      subject: formatImageRef(ref),
      remedy: unmet.map(({ remedy }) => remedy).join('; '),
      details: unmet.map(({ word, why }) => [word, why] as const),
    },
  );
}
