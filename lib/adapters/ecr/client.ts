/**
 * Logins to AWS registries: GetAuthorizationToken, asked for by one signed request. The AWS SDK would be the larger
 * part of an action's bundle.
 */
import { AwsV4Signer } from 'aws4fetch';
import { TargetError, UnreachableError } from '../../domain/errors.ts';
import { ecrRegistryOf } from '../../domain/oci/ecr.ts';
import type { EcrRegistry } from '../../domain/oci/ecr.ts';
import type { RegistryCredentials } from '../../domain/registry.ts';
import { passes, patiently } from '../http/retry.ts';
import type { Patience } from '../http/retry.ts';
import { collect } from '../http/transport.ts';
import type { Answer, Request, Send } from '../http/transport.ts';
import { networkWords } from '../http/network-words.ts';

export interface AwsCredentials {
  /** AWS_ACCESS_KEY_ID */
  readonly accessKeyId: string;
  /** AWS_SECRET_ACCESS_KEY */
  readonly secretAccessKey: string;
  /** AWS_SESSION_TOKEN, of credentials that are lent for a while. */
  readonly sessionToken?: string;
}

export interface EcrOptions {
  readonly aws: AwsCredentials;
  readonly send: Send;
  readonly patience: Patience;
  /** Where the API of a registry answers, if not where AWS has it. */
  readonly endpoint?: (registry: EcrRegistry) => string;
}

/** The names of the operation in both services, and what the caller must be allowed to do for it. */
const operations = {
  private: {
    service: 'ecr',
    target: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
    permissions: 'ecr:GetAuthorizationToken on *',
  },
  public: {
    service: 'ecr-public',
    target: 'SpencerFrontendService.GetAuthorizationToken',
    permissions: 'ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken on *',
  },
} as const;

/** Fetches the login for a registry by its host name; it is good for 12 hours. Throws TargetError or UnreachableError. */
export function ecrLogins({ aws, send, patience, endpoint = ({ api }) => api }: EcrOptions) {
  return async (host: string): Promise<RegistryCredentials> => {
    const registry = ecrRegistryOf(host);
    if (registry === undefined) throw new Error(`${host} is no registry of AWS`);
    const work = async (): Promise<Answer> =>
      collect(await send(await signedRequest(registry, endpoint(registry), aws)));
    const answer = await patiently(work, patience).catch((cause: Error) => {
      const words = `AWS could not be reached to log in to ${host}: ${networkWords(cause)}`;
      throw new UnreachableError(words, { cause });
    });
    if (answer.status !== 200) throw refusal(host, registry, answer);
    return loginIn(host, answer);
  };
}

/** AWS JSON 1.1 over Signature Version 4. `datetime` is for tests: `20150830T123600Z`. */
async function signedRequest(
  registry: EcrRegistry,
  endpoint: string,
  aws: AwsCredentials,
  datetime?: string,
): Promise<Request> {
  const { service, target } = operations[registry.kind];
  const body = '{}';
  const signer = new AwsV4Signer({
    ...aws,
    method: 'POST',
    url: endpoint,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body,
    service,
    region: registry.region,
    ...(datetime === undefined ? {} : { datetime }),
  });
  const { url, headers } = await signer.sign();
  return {
    method: 'POST',
    url: new URL(url),
    headers: { ...Object.fromEntries(headers), 'content-length': String(body.length) },
    body: Buffer.from(body),
  };
}

/** The token is `AWS:<password>` in base64; ECR gives a list of one, public ECR the one. */
function loginIn(host: string, { body }: Answer): RegistryCredentials {
  const data = [documentOf(body)['authorizationData']].flat()[0] as
    | { authorizationToken?: unknown }
    | undefined;
  const token = data?.authorizationToken;
  const decoded = typeof token === 'string' ? Buffer.from(token, 'base64').toString('utf8') : '';
  const colon = decoded.indexOf(':');
  if (colon <= 0) throw new UnreachableError(`AWS answered without a token for ${host}`);
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function refusal(host: string, { kind, region }: EcrRegistry, answer: Answer): Error {
  const document = documentOf(answer.body);
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  const type = textOf(document['__type']).replace(/^.*#/, '');
  const said = `${answer.status} ${type} ${textOf(document['message'] ?? document['Message'])}`.trim();
  if (passes(answer)) {
    return new UnreachableError(`AWS gave no login for ${host}: it still answered ${said}`);
  }
  return new TargetError(`AWS gave no login for ${host}: ${said}`, {
    subject: host,
    remedy: remedyFor(type, operations[kind].permissions, region),
    details: [['answered', said]],
  });
}

function remedyFor(type: string, permissions: string, region: string): string {
  if (type.startsWith('AccessDenied')) return `the AWS identity needs ${permissions}`;
  if (type.startsWith('Expired'))
    return 'the AWS credentials have expired: run aws-actions/configure-aws-credentials right before this step';
  if (
    /^(UnrecognizedClient|InvalidSignature|InvalidClientTokenId|IncompleteSignature|MissingAuth)/.test(type)
  )
    return 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN is not right: they belong together';
  return `check that the registry's region, ${region}, is open to this account`;
}

function documentOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
