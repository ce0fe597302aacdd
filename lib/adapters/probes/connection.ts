/** How a connection comes about: which step of it fails is half of the diagnosis. */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls';
import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import type { TlsTrust } from '../../domain/checks/types.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { Certificate } from '../../ports/probes.ts';
import type { Limit } from './limit.ts';

/** On its way to `host`; a name is looked up first. */
export function followed<Own extends Socket>(socket: Own, host: string, secure: boolean, limit: Limit): Own {
  limit.phase = isIP(host) === 0 ? 'dns' : 'connect';
  socket.once('lookup', (error: unknown) => {
    if (error === null || error === undefined) limit.phase = 'connect';
  });
  socket.once('connect', () => (limit.phase = secure ? 'tls' : 'request'));
  if (secure) socket.once('secureConnect', () => (limit.phase = 'request'));
  return socket;
}

/** Opens a connection, sees what there is to see, and closes it. */
export async function once<Own extends Socket, Seen>(
  open: () => Own,
  event: 'connect' | 'secureConnect',
  see: (socket: Own) => Seen,
  limit: Limit,
): Promise<Seen> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const aborted = (): void => reject(new Error('aborted'));
  let socket: Own | undefined;
  try {
    socket = open();
    socket.once(event, () => resolve());
    socket.on('error', reject);
    socket.once('close', () =>
      reject(new ProbeFailure(limit.phase, 'ECONNRESET', 'closed by the other side')),
    );
    limit.signal.addEventListener('abort', aborted, { once: true });
    if (limit.signal.aborted) aborted();
    await promise;
    return see(socket);
  } catch (error) {
    throw limit.failure(error);
  } finally {
    socket?.destroy();
  }
}

/**
 * How the server of `host` proves itself, and we ourselves, wherever the connection really goes. Reading the roots
 * takes 10 ms, so contexts are kept by what is trusted.
 */
export function trusting(): (host: string, trust: TlsTrust) => ConnectionOptions {
  const contexts = new Map<string, SecureContext>();
  return (host, { ca, cert, key, insecure }) => {
    const id = JSON.stringify([ca, cert, key]);
    const secureContext =
      contexts.get(id) ??
      createSecureContext({
        ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      });
    contexts.set(id, secureContext);
    return {
      secureContext,
      rejectUnauthorized: !insecure,
      // An address has no SNI (RFC 6066).
      servername: isIP(host) === 0 ? host : '',
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    };
  };
}

export function certificateOf(socket: TLSSocket): Certificate | undefined {
  const { valid_to: validTo } = socket.getPeerCertificate();
  return validTo === undefined ? undefined : { validTo: Date.parse(validTo) };
}
