/** AWS's end of a signed request, checked by the letter of "Signature Version 4 signing process". */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { listen, stop } from '../registry/fake-registry.ts';

export interface FakeAws extends AsyncDisposable {
  readonly endpoint: string;
  readonly operations: string[];
}

export interface AwsBehaviour {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
  /** What a request that is signed well is answered; by default a private registry's token. */
  readonly answer?: { readonly status: number; readonly body: object };
}

export async function fakeAws(behaviour: AwsBehaviour): Promise<FakeAws> {
  const operations: string[] = [];
  const { server, address } = await listen((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      operations.push(String(request.headers['x-amz-target']));
      const problem = problemOf(request, body, behaviour);
      const { status, body: said } = problem
        ? { status: 400, body: { __type: 'com.amazonaws#InvalidSignatureException', message: problem } }
        : (behaviour.answer ?? tokenAnswer('AWS:pass:word'));
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(said));
    })();
  });
  return {
    endpoint: `http://127.0.0.1:${address.port}/`,
    operations,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

export const tokenAnswer = (token: string) => ({
  status: 200,
  body: { authorizationData: [{ authorizationToken: Buffer.from(token).toString('base64'), expiresAt: 1 }] },
});

function problemOf(
  { method, url, headers }: IncomingMessage,
  body: string,
  { accessKeyId, secretAccessKey, sessionToken, region, service }: AwsBehaviour,
): string | undefined {
  if (method !== 'POST' || url !== '/' || body !== '{}') return 'not an AWS JSON call without parameters';
  if (headers['content-type'] !== 'application/x-amz-json-1.1')
    return `content type ${headers['content-type']}`;
  if (headers['x-amz-security-token'] !== sessionToken) return 'another session token';
  const [, key, scope = '', signedHeaders = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const date = String(headers['x-amz-date']);
  if (!/^\d{8}T\d{6}Z$/.test(date)) return `date ${date}`;
  if (key !== accessKeyId) return `key ${key}`;
  if (scope !== `${date.slice(0, 8)}/${region}/${service}/aws4_request`) return `scope ${scope}`;
  const names = signedHeaders.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-target'])
    if (!names.includes(name)) return `${name} is not signed`;
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (secret: string | Buffer, text: string): Buffer =>
    createHmac('sha256', secret).update(text).digest();
  const canonical = [
    'POST',
    '/',
    '',
    ...names.map((name) => `${name}:${String(headers[name])}`),
    '',
    signedHeaders,
    hash(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const expected = hmac(signingKey, toSign).toString('hex');
  return signature === expected ? undefined : `signature ${signature}, not ${expected}`;
}
