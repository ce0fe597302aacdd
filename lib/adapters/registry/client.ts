/** A read-only registry client (OCI distribution specification 1.1): does it exist, and what is in it. */
import type { Milliseconds } from '../../domain/duration.ts';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { RegistryAuth, Resolution } from '../../domain/registry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Registry } from '../../ports/registry.ts';
import { credentialsFor } from '../../domain/docker-config.ts';
import { apiOf, isLoopback, manifestUrl } from './address.ts';
import { wantsLogin } from './authorization.ts';
import { manifestTypes, parseManifestDocument } from './manifest-document.ts';
import { digestOf } from './manifests.ts';
import type { PlatformManifest } from './manifest-document.ts';
import { errorsIn } from '../../domain/oci/refusal.ts';
import { LoginRefused, session } from './session.ts';
import type { Session, Standing } from './session.ts';
import { transport } from '../http/transport.ts';
import type { Answer } from '../http/transport.ts';
import { networkWords } from '../http/network-words.ts';

export interface RegistryOptions {
  /** `HTTPS_PROXY` and friends, as the runtime's `proxyOf` gives them. */
  readonly proxy: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** PEM text of an extra certificate authority. */
  readonly ca?: string;
  /** Default 10 s, for connecting and for each silence. */
  readonly timeout?: Milliseconds;
  /** Which hosts speak plain http; by default those of this machine. */
  readonly plainHttp?: (hostname: string) => boolean;
}

type Fetched =
  | { readonly kind: 'found'; readonly digest: string; readonly body: Buffer }
  | Exclude<Resolution, { kind: 'found' }>;

type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly standing: Standing }
  | Extract<Resolution, { kind: 'unknown' }>;

type Ask = (method: 'GET' | 'HEAD', ref: ImageRef, auth: RegistryAuth) => Promise<Reply>;

/** A question before a deploy: two more tries, and no second one for a server that was silent for 10 s. */
const patience = { retries: 2, budget: 8_000, random: Math.random };

const unknown = (reason: string): { readonly kind: 'unknown'; readonly reason: string } => ({
  kind: 'unknown',
  reason,
});

/** Never throws for what a registry answers or fails to: that is `unknown`, with the reason. */
export function registryClient({
  proxy,
  clock,
  ca,
  timeout = 10_000,
  plainHttp = isLoopback,
}: RegistryOptions): Registry {
  const send = transport({ proxy, ca, timeout, plainHttp });
  const ask = manifests(session({ send, patience: { ...patience, clock }, plainHttp }), plainHttp);
  return {
    async exists(ref, auth) {
      const reply = await ask('HEAD', ref, auth);
      if (reply.kind === 'answer' && reply.answer.status === 200) return 'found';
      const judged = await judge(reply, ref, auth, ask);
      if (judged.kind !== 'unknown') return judged.kind;
      return { unknown: judged.reason, ...(judged.denied === true ? { denied: true } : {}) };
    },

    async resolve(ref, auth) {
      const fetched = await fetchManifest(ref, auth, ask);
      if (fetched.kind !== 'found') return fetched;
      const { digest } = fetched;
      const manifest = parseManifestDocument(fetched.body);
      if (manifest === undefined) return unknown('it is neither an image manifest nor an index');
      if (manifest.kind === 'image') {
        return { kind: 'found', image: { digest, platforms: [], configs: [manifest.config] } };
      }
      const configs = await configsOf(manifest.platforms, ref, auth, ask);
      if ('unknown' in configs) return unknown(configs.unknown);
      return { kind: 'found', image: { digest, platforms: manifest.platforms, configs } };
    },
  };
}

const manifests =
  (registry: Session, plainHttp: (hostname: string) => boolean): Ask =>
  async (method, ref, auth) => {
    const url = manifestUrl(apiOf(ref.registry, plainHttp), ref);
    const access = { repository: ref, login: credentialsFor(ref, auth), to: 'pull' as const };
    try {
      const reply = await registry.ask(access, { method, url, headers: { accept: manifestTypes } });
      return { kind: 'answer', ...reply };
    } catch (error) {
      if (!(error instanceof LoginRefused)) return unknown(`unreachable: ${networkWords(error)}`);
      const why =
        error.message === wantsLogin ? `${wantsLogin}, and no pull secret has one for it` : error.message;
      return { ...unknown(why), ...(error.denied ? { denied: true } : {}) };
    }
  };

const fetchManifest = async (ref: ImageRef, auth: RegistryAuth, ask: Ask): Promise<Fetched> =>
  judge(await ask('GET', ref, auth), ref, auth, ask);

async function judge(reply: Reply, ref: ImageRef, auth: RegistryAuth, ask: Ask): Promise<Fetched> {
  if (reply.kind === 'unknown') return reply;
  const { status, body } = reply.answer;
  if (status === 200) return found(ref, body);
  const denied = status === 403 && reply.standing === 'known' ? { denied: true as const } : {};
  if (status !== 404) return { ...unknown(`it answered ${status}`), ...denied };
  if (reply.standing === 'known') return { kind: 'absent' };
  // To a nobody a private repository, or a server that is no registry, may look absent as well: let it say so.
  const asked = body.length > 0 ? reply : await ask('GET', ref, auth);
  const code =
    asked.kind === 'answer' && asked.answer.status === 404 ? errorsIn(asked.answer.body)[0]?.code : '';
  const sure = code === 'MANIFEST_UNKNOWN' || (code === 'NAME_UNKNOWN' && reply.standing === 'open');
  return sure ? { kind: 'absent' } : unknown('404 to an anonymous pull: it may be private');
}

/** The digest is what the bytes say, not what a header claims. */
function found(ref: ImageRef, body: Buffer): Fetched {
  const digest = digestOf(body);
  if (ref.digest !== undefined && ref.digest !== digest)
    return unknown('it served other bytes than asked for');
  return { kind: 'found', digest, body };
}

/** The configs of an index's platforms; a platform that a mirror left out has none to report. */
async function configsOf(
  platforms: readonly PlatformManifest[],
  ref: ImageRef,
  auth: RegistryAuth,
  ask: Ask,
): Promise<string[] | { readonly unknown: string }> {
  const fetched = await Promise.all(
    platforms.map(({ digest }) => fetchManifest({ ...ref, digest }, auth, ask)),
  );
  const configs: string[] = [];
  for (const each of fetched) {
    if (each.kind === 'unknown') return { unknown: each.reason };
    const manifest = each.kind === 'found' ? parseManifestDocument(each.body) : undefined;
    if (manifest?.kind === 'image') configs.push(manifest.config);
  }
  return configs;
}
