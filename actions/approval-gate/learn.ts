/** What the history of an environment says, for any kind of gate; what could not be learnt says why. */
import { findEnvironment } from '../../lib/domain/environments/find.ts';
import { parseSlipwayFile } from '../../lib/domain/environments/parse-file.ts';
import { ConfigurationError, TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import type { FactsOfProposal, Learnt } from '../../lib/domain/gate/obstacles.ts';
import type { Proposal } from '../../lib/domain/gate/proposal.ts';
import { runningOf, underWay } from '../../lib/domain/gate/running.ts';
import type { Deployed } from '../../lib/domain/gate/running.ts';
import { neverDeployed, saysOf } from '../../lib/domain/promotion/verified-in.ts';
import { mostDeployments } from '../../lib/ports/github.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

/**
 * Of the environment, from the file on the default branch: a freeze that was merged there holds for every run, whatever
 * commit it is of, and whether or not anything is checked out.
 */
export async function readFreezes(
  { file: path, fileAsked, environment }: Pick<Inputs, 'file' | 'fileAsked' | 'environment'>,
  { gate }: Ports,
): Promise<FactsOfProposal['freezes']> {
  const text = await gate.file(path);
  if ('unknown' in text) return text;
  if (text.known === undefined) {
    if (!fileAsked) return { known: [] };
    throw faultOf('file', path, 'is not on the default branch, so no freeze could be kept');
  }
  const { file, faults } = parseSlipwayFile(text.known, path);
  if (faults.length > 0) throw new ConfigurationError(faults);
  const found = findEnvironment(file, environment);
  if (found.kind === 'missing')
    throw faultOf(
      'environment',
      environment,
      `${path} on the default branch does not name it, so no freeze could be kept; it names ${found.named.join(', ')}`,
    );
  return { known: found.kind === 'found' ? found.environment.freezes : [] };
}

const faultOf = (input: string, value: string, problem: string): ConfigurationError =>
  new ConfigurationError([{ input, value: JSON.stringify(value), problem }]);

/** What runs there, as far as the newest Deployments tell. */
export const runningIn = (here: Learnt<readonly Deployed[]>): FactsOfProposal['runningNow'] =>
  mapped(here, (deployed) => {
    const running = runningOf(deployed);
    return running === undefined ? undefined : { deployment: running.deployment, record: running.record };
  });

export const mapped = <From, To>(learnt: Learnt<From>, map: (value: From) => To): Learnt<To> =>
  'unknown' in learnt ? learnt : { known: map(learnt.known) };

/** Who was let in, and when, is among so many. */
const lookedBack = 10;

/** What has begun there and not ended is unknown as well: nobody can say what will run. */
export async function lastIn(environment: string, ports: Ports): Promise<Learnt<readonly Deployed[]>> {
  try {
    const known = await deploymentsIn(environment, lookedBack, ports);
    const begun = underWay(known, ports.clock.now());
    if (begun === undefined) return { known };
    const { record, deployment, since } = begun;
    return {
      unknown: `${record} is on its way there, since ${new Date(since).toISOString()} (Deployment ${deployment})`,
      remedy: 'wait until it has ended, then try again; what was killed counts for six hours',
    };
  } catch (error) {
    const remedy = error instanceof TargetError ? { remedy: error.remedy } : {};
    return { unknown: unknownOr(error), ...remedy };
  }
}

/**
 * The newest ones of an environment, newest first: as many as are asked for, and as many more as it takes to find what
 * runs there, for jobs that deploy nothing leave empty ones. Throws TargetError where there are more than GitHub lists,
 * and none of those tells.
 */
export async function deploymentsIn(
  environment: string,
  atLeast: number,
  { history }: Pick<Ports, 'history'>,
): Promise<readonly Deployed[]> {
  const found: Deployed[] = [];
  let tells = false;
  for await (const each of history.deploymentsIn(environment)) {
    found.push(each);
    tells ||= runningOf([each]) !== undefined;
    if (tells && found.length >= atLeast) return found;
  }
  if (tells || found.length < mostDeployments) return found;
  throw new TargetError(`none of the newest ${found.length} Deployments tells of a release`, {
    subject: `environment ${environment}`,
    remedy:
      'give jobs that deploy nothing another environment, or none, and delete the Deployments that they left',
  });
}

/** For each environment, when all images of the proposal were verified there: the oldest of their newest words. */
export async function verifiedInEach(
  environments: readonly string[],
  proposal: Proposal | undefined,
  ports: Ports,
): Promise<FactsOfProposal['verifiedIn']> {
  const digests = [...new Set(Object.values(proposal?.images ?? {}))];
  const asked = environments.map(async (name) => [name, await verifiedIn(name, digests, ports)] as const);
  return Object.fromEntries(await Promise.all(asked));
}

async function verifiedIn(
  environment: string,
  digests: readonly string[],
  { history }: Ports,
): Promise<FactsOfProposal['verifiedIn'][string]> {
  if (digests.length === 0)
    return { known: { not: 'nothing is proposed whose digest could be verified there' } };
  const times = new Map<string, number>();
  try {
    for await (const deployment of history.deploymentsIn(environment)) {
      for (const digest of digests.filter((each) => !times.has(each))) {
        const said = saysOf(digest, deployment);
        if (said?.met === false) return { known: { not: `${environment}: ${said.why}` } };
        if (said !== undefined) times.set(digest, said.at);
      }
      if (times.size === digests.length) return { known: { at: Math.min(...times.values()) } };
    }
  } catch (error) {
    return { unknown: unknownOr(error) };
  }
  const missing = neverDeployed(digests.find((each) => !times.has(each)) ?? '', environment);
  return { known: { not: missing.met ? '' : missing.why } };
}

/** What GitHub refused or never answered is not known; anything else is a defect of ours and is thrown on. */
export function unknownOr(error: unknown): string {
  if (error instanceof TargetError || error instanceof UnreachableError) return error.message;
  throw error;
}
