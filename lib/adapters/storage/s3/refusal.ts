/** What S3 said when it refused, and what to do about it. */
import { TargetError, UnreachableError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../domain/duration.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import type { BucketPlace } from '../../../domain/storage/destination.ts';
import type { Service } from '../../../domain/storage/endpoint.ts';
import { below } from '../../../domain/storage/key.ts';
import { isFailure, passes } from '../../http/retry.ts';
import type { Answer } from '../../http/transport.ts';
import { networkWords } from '../../http/network-words.ts';
import type { Question } from './api.ts';
import { documentIn } from './document.ts';

export interface S3Error {
  readonly code: string;
  readonly message: string;
  /** Another field of the document: `Region`, `ServerTime`. */
  readonly field: (name: string) => string | undefined;
}

/** The error in an answer, whatever its status; undefined where the body holds none. */
export function errorIn({ body }: Pick<Answer, 'body'>): S3Error | undefined {
  const document = body.length === 0 ? undefined : documentIn(body);
  if (document?.name !== 'Error') return undefined;
  return {
    code: document.text('Code') ?? '',
    message: document.text('Message') ?? '',
    field: (name) => document.text(name),
  };
}

/**
 * Whether an answer says that there is no such object, or upload. Not every 404 does: a bucket that is not there, or a
 * key ID that a gateway does not know, must not look like a backup that does not exist.
 */
export const saysMissing = (answer: Pick<Answer, 'status' | 'body'>): boolean =>
  answer.status === 404 && ['NoSuchKey', 'NoSuchUpload'].includes(errorIn(answer)?.code ?? '');

/**
 * Codes that pass by themselves beside 429 and 5xx: S3 gives some of them with 400, or with 200 (API reference, "Error
 * responses"). The digests are here because a part that was damaged on its way is sent again from its buffer.
 */
export const passingCodes: ReadonlySet<string> = new Set([
  'InternalError',
  'ServiceUnavailable',
  'SlowDown',
  'RequestTimeout',
  'OperationAborted',
  'ConditionalRequestConflict',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
]);

export interface Asked {
  readonly question: Question;
  readonly place: BucketPlace;
  readonly service: Service;
  /** Milliseconds since the epoch, by our clock. */
  readonly now: number;
}

/** The error to throw: UnreachableError for what is still busy or never answered, else TargetError. */
export function refusalOf(asked: Asked, outcome: Answer | Error): Error {
  const { question, place, service } = asked;
  const name = formatDestination(place);
  if (isFailure(outcome)) {
    const words = `${name} at ${service.endpoint.host} could not be reached to ${question.doing}: ${networkWords(outcome)}`;
    return new UnreachableError(words, { cause: outcome });
  }
  const error = errorIn(outcome);
  const said = [outcome.status, error?.code, error?.message].filter((part) => part).join(' ');
  if (passes(outcome) || isBusy(error))
    return new UnreachableError(`${name} did not ${question.doing}: it still answered ${said}`);
  return new TargetError(`${name} did not ${question.doing}: ${said}`, {
    subject: below(name, question.key.slice(place.prefix.length).replace(/^\//, '')).replace(/\/$/, ''),
    remedy: remedyFor(asked, outcome, error),
    details: [
      ['answered', said],
      ['endpoint', service.endpoint.origin],
    ],
  });
}

const isBusy = (error: S3Error | undefined): boolean =>
  error !== undefined &&
  ['InternalError', 'SlowDown', 'ServiceUnavailable', 'RequestTimeout'].includes(error.code);

function remedyFor(asked: Asked, answer: Answer, error: S3Error | undefined): string {
  const { place, service, question } = asked;
  const code = error?.code ?? '';
  const region = regionIn(answer, error);
  if (region !== undefined && region !== service.region)
    return `the bucket is in region ${region}, not ${service.region}: set region: ${region}`;
  if (code === 'RequestTimeTooSkewed') return skewRemedy(asked, answer, error);
  const known = remedies.find(([codes]) => codes.test(code))?.[1];
  if (known !== undefined) return known(place);
  if (answer.status === 401 || answer.status === 403)
    return `the identity needs ${question.permission} on ${arnOf(question, place)}`;
  if (answer.status >= 300 && answer.status < 400)
    return 'the bucket answers elsewhere: check region and endpoint';
  return 'see what the storage answered';
}

/** Wrong regions are named in a header (301), or in the document (400 AuthorizationHeaderMalformed). */
const regionIn = ({ headers }: Answer, error: S3Error | undefined): string | undefined =>
  [headers['x-amz-bucket-region']].flat()[0] ?? error?.field('Region');

type Remedy = (place: BucketPlace) => string;
const keysWrong: Remedy = ({ kind }) =>
  kind === 'gs'
    ? 'the HMAC key is not right: its access ID and its secret belong together'
    : 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN is not right: they belong together';
const expired: Remedy = () =>
  'the credentials have expired: lend them for longer than the backup takes, right before this step';
const full: Remedy = () => 'the storage is full, or its quota is: make room, then back up again';

const remedies: readonly (readonly [codes: RegExp, remedy: Remedy])[] = [
  [/^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSecurity|InvalidToken|.*UserNotFound)$/, keysWrong],
  [/^(ExpiredToken|TokenRefreshRequired)$/, expired],
  [/^NoSuchBucket$/, ({ bucket }) => `there is no bucket ${bucket}: create it, or mend the destination`],
  [/^(AuthorizationHeaderMalformed|IllegalLocationConstraint.*)$/, () => 'check the region of the bucket'],
  [/^(QuotaExceeded|XMinioStorageFull|EntityTooLarge|.*StorageFull)$/, full],
  [
    /^InvalidObjectState$/,
    () =>
      'it lies in an archive (GLACIER, DEEP_ARCHIVE): restore it from the archive first (aws s3api restore-object), then try again; and change the lifecycle rule that moves backups there',
  ],
  [
    /^KMS\./,
    () => 'the KMS key cannot be used: check its id, its state and kms:GenerateDataKey and kms:Decrypt',
  ],
  [
    /^(BadDigest|XAmzContentSHA256Mismatch)$/,
    () => 'bytes arrive damaged again and again: have the proxy or the storage repaired',
  ],
];

function skewRemedy({ now }: Asked, { headers }: Answer, error: S3Error | undefined): string {
  const theirs = Date.parse(error?.field('ServerTime') ?? headers.date ?? '');
  if (Number.isNaN(theirs)) return "the runner's clock is wrong: set it (NTP)";
  const skew = now - theirs;
  const direction = skew < 0 ? 'behind' : 'ahead of';
  return `the runner's clock is ${formatDuration(Math.abs(skew))} ${direction} the storage's: set it (NTP)`;
}

const arnOf = ({ key }: Question, { kind, bucket, prefix }: BucketPlace): string => {
  if (kind === 'gs') return `bucket ${bucket} (role Storage Object User)`;
  return key === '' ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${below(bucket, below(prefix, '*'))}`;
};
