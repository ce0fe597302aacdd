/** Speaks ChartMuseum's API: one chart at a time, once per version. */
import { TargetError, UnreachableError } from '../../domain/errors.ts';
import type { RepositoryRef } from '../../domain/oci/types.ts';
import type { RegistryCredentials } from '../../domain/registry.ts';
import type { ChartMuseum, MuseumAddress } from '../../ports/chart-museum.ts';
import { basic } from '../registry/authorization.ts';
import { patiently } from '../http/retry.ts';
import type { Patience } from '../http/retry.ts';
import { collect } from '../http/transport.ts';
import type { Answer, Request, Send } from '../http/transport.ts';

export interface MuseumOptions {
  readonly send: Send;
  readonly patience: Patience;
  readonly loginFor: (repository: RepositoryRef) => Promise<RegistryCredentials | undefined>;
  readonly signal?: AbortSignal;
}

/** Archives above it are refused when read; Helm itself refuses charts above 20 MiB. */
const largestArchive = 20 * 1024 * 1024;

export function chartMuseum({ send, patience, loginFor, signal }: MuseumOptions): ChartMuseum {
  const ask = async (
    museum: MuseumAddress,
    request: Pick<Request, 'method' | 'body'> & { readonly address: string },
  ): Promise<Answer> => {
    const url = new URL(request.address);
    const login = await loginFor({ registry: url.host, repository: '' });
    const headers: Record<string, string> = {
      ...(login === undefined ? {} : { authorization: basic(login) }),
      ...(request.body instanceof Uint8Array ? { 'content-length': String(request.body.length) } : {}),
    };
    const once = async (): Promise<Answer> =>
      collect(await send({ ...request, url, headers, signal }), largestArchive);
    const answer = await patiently(once, patience, { signal }).catch((error: Error) => {
      throw signal?.aborted === true ? (signal.reason as Error) : unreachable(museum, error.message, error);
    });
    if (answer.status >= 500 || answer.status === 429)
      throw unreachable(museum, `it answered ${answer.status} to the last try, too`);
    return answer;
  };

  return {
    async digest(museum, name, version) {
      const answer = await ask(museum, {
        method: 'GET',
        address: `${museum.api}/${name}/${encoded(version)}`,
      });
      if (answer.status === 404) return undefined;
      const digest = answer.status === 200 ? digestIn(answer.body) : undefined;
      if (digest === undefined) throw refused(museum, answer);
      return `sha256:${digest}`;
    },
    async archive(museum, name, version) {
      const address = `${museum.url}/charts/${name}-${encoded(version)}.tgz`;
      const answer = await ask(museum, { method: 'GET', address });
      if (answer.status !== 200) throw refused(museum, answer);
      return answer.body;
    },
    async upload(museum, archive) {
      const answer = await ask(museum, { method: 'POST', address: museum.api, body: archive });
      if (answer.status === 201 || answer.status === 200) return 'saved';
      if (answer.status === 409) return 'exists';
      throw refused(museum, answer);
    },
  };
}

/** A `+` in a path is a plus only when it is written so. */
const encoded = (version: string): string => encodeURIComponent(version);

const unreachable = (museum: MuseumAddress, why: string, cause?: Error): UnreachableError =>
  new UnreachableError(`ChartMuseum ${museum.url} cannot be asked: ${why}`, { cause });

function refused(museum: MuseumAddress, { status, body }: Answer): TargetError {
  const login = status === 401 || status === 403;
  return new TargetError(`it answered ${status}: ${said(body)}`, {
    subject: `ChartMuseum ${museum.url}`,
    remedy: login
      ? 'give a login for its host in registries that may upload'
      : status === 404
        ? 'is it a ChartMuseum with its API on? Where it lies below a path, write destination with /api: https://host/path/api/charts'
        : 'what it says is all that is known; its own log has more',
  });
}

function digestIn(body: Buffer): string | undefined {
  const digest = read(body)?.['digest'];
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

function said(body: Buffer): string {
  const error = read(body)?.['error'];
  return typeof error === 'string'
    ? error
    : body.toString('utf8').trim().split('\n')[0]?.slice(0, 200) || 'nothing';
}

function read(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
