import { sha256 } from './digest.ts';

/** One repository of a registry, spoken to over plain HTTP as the sandbox's registry is. */
export interface Repository {
  /** `127.0.0.1:5000` */
  registry: string;
  /** `shop/service` */
  repository: string;
  /** Value of the Authorization header, for a registry that wants one. */
  authorization?: string;
}

/** Uploads a blob unless it is there, and returns its digest. */
export async function pushBlob(to: Repository, bytes: Buffer): Promise<string> {
  const digest = sha256(bytes);
  const there = await ask(to, `/blobs/${digest}`, { method: 'HEAD' }, [200, 404]);
  if (there.status === 200) return digest;

  const begun = await ask(to, '/blobs/uploads/', { method: 'POST' }, [202]);
  const location = begun.headers.get('location');
  if (!location) throw new Error(`registry ${to.registry}: an upload began without a location`);
  const target = new URL(location, `http://${to.registry}`);
  target.searchParams.set('digest', digest);
  await request(to, target, { method: 'PUT', body: new Uint8Array(bytes), headers: octets }, [201]);
  return digest;
}

/** Puts a manifest under a tag or digest, and returns the digest the registry gave it. */
export async function pushManifest(
  to: Repository,
  reference: string,
  bytes: Buffer,
  mediaType: string,
): Promise<string> {
  const answer = await ask(
    to,
    `/manifests/${reference}`,
    { method: 'PUT', body: new Uint8Array(bytes), headers: { 'content-type': mediaType } },
    [201],
  );
  const expected = sha256(bytes);
  const given = answer.headers.get('docker-content-digest') ?? expected;
  if (given !== expected)
    throw new Error(`registry ${to.registry}: stored ${given} where ${expected} was sent`);
  return given;
}

const octets = { 'content-type': 'application/octet-stream' };

function ask(to: Repository, path: string, init: RequestInit, expected: number[]): Promise<Response> {
  return request(to, new URL(`http://${to.registry}/v2/${to.repository}${path}`), init, expected);
}

async function request(to: Repository, url: URL, init: RequestInit, expected: number[]): Promise<Response> {
  const headers = new Headers(init.headers);
  if (to.authorization) headers.set('authorization', to.authorization);
  const answer = await fetch(url, { ...init, headers });
  if (expected.includes(answer.status)) {
    await answer.arrayBuffer(); // frees the connection
    return answer;
  }
  const said = (await answer.text()).slice(0, 500);
  throw new Error(`${init.method ?? 'GET'} ${url.href} answered ${answer.status}: ${said}`);
}
