/** Blobs, read: asked for, taken whole, or streamed past a broken connection. */
import type { Descriptor, RepositoryRef } from '../../domain/oci/types.ts';
import { WrongBytesError } from '../../domain/oci/wrong-bytes.ts';
import { blobUrl } from './address.ts';
import type { Question, RegistryApi } from './api.ts';
import { sweepBuffers } from './memory.ts';
import { digestOf, onceMoreIfDamaged } from './manifests.ts';

const reading = (api: RegistryApi, repository: RepositoryRef, digest: string) =>
  ({
    doing: `read blob ${digest}`,
    repository,
    to: 'pull',
    url: blobUrl(api.root(repository), repository, digest),
  }) satisfies Partial<Question>;

/** Asked with the right to push, for it is asked before a push: one token does for both. */
export async function hasBlob(api: RegistryApi, repository: RepositoryRef, digest: string): Promise<boolean> {
  const question = {
    ...reading(api, repository, digest),
    method: 'HEAD',
    to: 'push',
    expects: [200, 404],
  } as const;
  return (await api.ask(question)).status === 200;
}

export async function getBlob(
  api: RegistryApi,
  repository: RepositoryRef,
  { digest }: Descriptor,
): Promise<Uint8Array | undefined> {
  return onceMoreIfDamaged(async () => {
    const { status, body } = await api.ask({
      ...reading(api, repository, digest),
      method: 'GET',
      expects: [200, 404],
    });
    if (status === 404) return undefined;
    if (digestOf(body) !== digest) throw new WrongBytesError(repository, digest, digestOf(body));
    return body;
  });
}

/** A blob's bytes from `start` on. A connection that breaks is made again, and the stream goes on where it broke. */
export async function* streamBlob(
  api: RegistryApi,
  repository: RepositoryRef,
  { digest, size }: Descriptor,
  start: number,
): AsyncGenerator<Uint8Array> {
  const tries = api.tries();
  const wrongSize = (served: number): Error =>
    new WrongBytesError(repository, `${digest}, ${size} bytes`, `${served} bytes`);
  let offset = start;
  while (offset < size) {
    // Both ends are named: `bytes=5-` is beyond some servers (crane's registry).
    const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-${size - 1}` };
    const question: Question = {
      ...reading(api, repository, digest),
      method: 'GET',
      headers,
      expects: [200, 206],
    };
    const { status, body } = await api.open(question);
    // A server that knows no ranges starts from the beginning.
    let skip = status === 206 ? 0 : offset;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        const rest = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        if (rest.length === 0) continue;
        offset += rest.length;
        if (offset > size) throw wrongSize(offset);
        tries.progressed();
        yield rest;
        sweepBuffers(rest.length);
      }
      if (offset !== size) throw wrongSize(offset);
    } catch (error) {
      if (!(await tries.again(error as Error))) await api.settle(question, error as Error);
    }
  }
}
