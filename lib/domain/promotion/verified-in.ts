/**
 * Was this image verified in an environment? The statuses that deploy-helm, smoke-test and rollback put on their GitHub
 * Deployments say so (`lib/domain/record/status-line.ts`). Whoever has `deployments: write` can forge one.
 */
import type { Answer } from './requirements.ts';

/** A Deployment and what was said of it, newest status first. */
export interface Deployed {
  readonly id: number;
  readonly payload: unknown;
  readonly statuses: readonly Status[];
}

interface Status {
  readonly state: string;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The newest status of ours. */
export interface Said {
  readonly record: string;
  readonly recordState: string;
  /** Of the release's images, as many as fit into a description: 12 hex digits each. */
  readonly digests: readonly string[];
  readonly state: string;
  readonly text: string;
  readonly at: number;
}

/** With when it was said, milliseconds since the epoch. */
export type VerifiedAnswer =
  | (Extract<Answer, { met: true }> & { readonly at: number })
  | Extract<Answer, { met: false }>;

/** `prod/shop#4 verified sha256:0123456789ab,123456789abc`, and perhaps more behind it. */
const line =
  /^([a-z0-9-]+\/[a-z0-9-]+#\d+) ([a-z-]+)(?: sha256:([0-9a-f]{12}(?:,[0-9a-f]{12})*))?(?=$|[\s,:])/;

/**
 * What one Deployment says of the image; undefined when it is of another image, or not ours. Given newest first, the
 * first that says anything decides: what was verified last week and rejected yesterday is not verified.
 */
export function saysOf(digest: string, { id, payload, statuses }: Deployed): VerifiedAnswer | undefined {
  const said = newestOfOurs(statuses);
  if (said === undefined || !isAbout(digest, payload, said)) return undefined;
  const { record, recordState, state, at } = said;
  if (state === 'success' && recordState === 'verified')
    return { met: true, evidence: `record ${record} is verified (Deployment ${id})`, at };
  return {
    met: false,
    why: `the newest word on it is "${said.text}" (Deployment ${id}: ${state})`,
    remedy: remedyFor(recordState),
  };
}

export const neverDeployed = (digest: string, environment: string): Answer => ({
  met: false,
  why: `no Deployment of ${environment} speaks of ${digest.slice(0, 19)}`,
  remedy: `deploy this digest to ${environment} by deploy-helm with environment: ${environment}, and prove it, before it is promoted`,
});

/** GitHub adds statuses of its own, without a description, when a newer Deployment takes over. */
export function newestOfOurs(statuses: Deployed['statuses']): Said | undefined {
  for (const { state, description, at } of statuses) {
    const [, record, recordState, digests = ''] = line.exec(description) ?? [];
    if (record !== undefined && recordState !== undefined)
      return { record, recordState, digests: digests.split(','), state, text: description, at };
  }
  return undefined;
}

/**
 * The payload names every image in full. A description has the beginnings of as many as fit, and serves where the payload
 * is not ours: the Deployment of a job with `environment:` is GitHub's.
 */
function isAbout(digest: string, payload: unknown, said: Said): boolean {
  const pinned = imagesIn(payload).flatMap((image) => image.split('@')[1] ?? []);
  return pinned.length > 0 ? pinned.includes(digest) : said.digests.includes(digest.slice(7, 19));
}

function imagesIn(payload: unknown): string[] {
  const images = (payload as { images?: unknown } | null | undefined)?.images ?? {};
  return Object.values(images).filter((image): image is string => typeof image === 'string');
}

const remedyFor = (recordState: string): string =>
  recordState === 'ready'
    ? 'it runs there, but its checks have not passed: let smoke-test prove it (record:), then promote'
    : 'promote what holds there';
