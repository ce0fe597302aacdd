/** A read-only registry client (OCI distribution specification 1.1): does it exist, and what is in it. */
import { createHash } from 'node:crypto';
import { credentialsFor } from '../../domain/docker-config.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { RegistryAuth, Resolution } from '../../domain/registry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Registry } from '../../ports/registry.ts';
import type { ProxySettings } from '../kubernetes/proxy.ts';
import { apiOf, isLoopback, manifestUrl } from './address.ts';
import { authorize } from './authorization.ts';
import type { Authorization } from './authorization.ts';
import { manifestTypes, parseManifestDocument } from './manifest.ts';
import type { PlatformManifest } from './manifest.ts';
import { transport } from './transport.ts';
import type { Answer } from './transport.ts';

export interface RegistryOptions {
  readonly proxy: ProxySettings;
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

const unknown = (reason: string): { readonly kind: 'unknown'; readonly reason: string } => ({
  kind: 'unknown',
  reason,
});

/** Waits before the second and third try, where the server is busy or the way to it was cut. */
const pauses: readonly Milliseconds[] = [300, 1_500];

export function registryClient(options: RegistryOptions): Registry {
  const { proxy, clock, ca, timeout = 10_000, plainHttp = isLoopback } = options;
  const send = transport({ proxy, ca, timeout, plainHttp });
  /** By registry and repository: a token is for one repository. */
  const granted = new Map<string, Authorization>();

  /** Sends with what was granted before; answers a challenge once. */
  async function ask(method: 'GET' | 'HEAD', ref: ImageRef, auth: RegistryAuth): Promise<Answer | string> {
    const url = manifestUrl(apiOf(ref.registry, plainHttp), ref);
    const place = `${ref.registry}/${ref.repository}`;
    const headersNow = (): Record<string, string> => {
      const now = granted.get(place);
      return { accept: manifestTypes, ...(now?.kind === 'given' ? { authorization: now.header } : {}) };
    };
    const answer = await send(method, url, headersNow());
    if (answer.status !== 401) return answer;
    const login = await authorize(
      answer.headers['www-authenticate'],
      ref.repository,
      credentialsFor(ref, auth),
      send,
    );
    if (login.kind === 'refused') return login.reason;
    granted.set(place, login);
    const second = await send(method, url, headersNow());
    if (second.status !== 401) return second;
    granted.delete(place);
    return `401: it refuses ${login.anonymous ? 'an anonymous pull' : 'these credentials'}`;
  }

  /** One question with patience for a busy server. */
  async function patiently(
    method: 'GET' | 'HEAD',
    ref: ImageRef,
    auth: RegistryAuth,
  ): Promise<Answer | string> {
    for (let tries = 0; ; tries++) {
      const pause = pauses[tries];
      const answer = await ask(method, ref, auth).catch((error: unknown) => unreachable(error));
      const again = typeof answer === 'string' ? answer.startsWith('unreachable') : isBusy(answer);
      if (!again || pause === undefined) return answer;
      await clock.sleep(pause);
    }
  }

  /**
   * A 404 proves absence where the registry let us in: with credentials, or by saying in its own words that the
   * manifest is unknown. To a nobody, a private repository may look absent as well.
   */
  async function isAbsent(ref: ImageRef, auth: RegistryAuth): Promise<boolean> {
    const now = granted.get(`${ref.registry}/${ref.repository}`);
    if (now?.kind === 'given' && !now.anonymous) return true;
    const answer = await patiently('GET', ref, auth);
    if (typeof answer === 'string' || answer.status !== 404) return false;
    const code = errorCode(answer.body);
    return code === 'MANIFEST_UNKNOWN' || (code === 'NAME_UNKNOWN' && now === undefined);
  }

  async function outcome(answer: Answer | string, ref: ImageRef, auth: RegistryAuth): Promise<Fetched> {
    if (typeof answer === 'string') return unknown(answer);
    if (answer.status === 200) return found(ref, answer);
    if (answer.status !== 404) return unknown(`it answered ${answer.status}`);
    return (await isAbsent(ref, auth))
      ? { kind: 'absent' }
      : unknown('404 to an anonymous pull: it may be private');
  }

  const fetchManifest = async (ref: ImageRef, auth: RegistryAuth): Promise<Fetched> =>
    outcome(await patiently('GET', ref, auth), ref, auth);

  /** The configs of an index's platforms; a platform that a mirror left out has none to report. */
  async function configsOf(
    platforms: readonly PlatformManifest[],
    ref: ImageRef,
    auth: RegistryAuth,
  ): Promise<string[] | { readonly unknown: string }> {
    const configs: string[] = [];
    for (const { digest } of platforms) {
      const fetched = await fetchManifest({ ...ref, digest }, auth);
      if (fetched.kind === 'unknown') return { unknown: fetched.reason };
      const manifest = fetched.kind === 'found' ? parseManifestDocument(fetched.body) : undefined;
      if (manifest?.kind === 'image') configs.push(manifest.config);
    }
    return configs;
  }

  return {
    async exists(ref, auth) {
      const answer = await patiently('HEAD', ref, auth);
      if (typeof answer !== 'string' && answer.status === 200) return 'found';
      const judged = await outcome(answer, ref, auth);
      return judged.kind === 'unknown' ? { unknown: judged.reason } : judged.kind;
    },

    async resolve(ref, auth) {
      const fetched = await fetchManifest(ref, auth);
      if (fetched.kind !== 'found') return fetched;
      const { digest } = fetched;
      const manifest = parseManifestDocument(fetched.body);
      if (manifest === undefined) return unknown('it is neither an image manifest nor an index');
      if (manifest.kind === 'image') {
        return { kind: 'found', image: { digest, platforms: [], configs: [manifest.config] } };
      }
      const configs = await configsOf(manifest.platforms, ref, auth);
      if ('unknown' in configs) return unknown(configs.unknown);
      return { kind: 'found', image: { digest, platforms: manifest.platforms, configs } };
    },
  };
}

/** The digest is what the bytes say, not what a header claims. */
function found(ref: ImageRef, { body }: Answer): Fetched {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (ref.digest !== undefined && ref.digest !== digest)
    return unknown('it served other bytes than asked for');
  return { kind: 'found', digest, body };
}

const isBusy = ({ status }: Answer): boolean => status === 429 || status >= 500;

function unreachable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `unreachable: ${code === undefined || message.includes(code) ? message : `${code} (${message})`}`;
}

function errorCode(body: Buffer): string {
  try {
    const document = JSON.parse(body.toString('utf8')) as { errors?: { code?: string }[] } | null;
    return document?.errors?.[0]?.code ?? '';
  } catch {
    return '';
  }
}
