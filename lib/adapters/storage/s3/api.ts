/** One question to S3 and its answer: signed anew each time it is asked, tried again while its trouble passes. */
import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { BucketPlace } from '../../../domain/storage/destination.ts';
import type { Service } from '../../../domain/storage/endpoint.ts';
import type { AwsCredentials } from '../../ecr/client.ts';
import { countTries, isFailure, passes } from '../../http/retry.ts';
import type { Patience, Tries } from '../../http/retry.ts';
import { collect } from '../../http/transport.ts';
import type { Answer, Request, Send, Streamed } from '../../http/transport.ts';
import type { Query } from './address.ts';
import { urlOf } from './address.ts';
import { errorIn, passingCodes, refusalOf } from './refusal.ts';

export interface Question {
  /** What it is good for, as an error says it: `store shop/1.dump`. */
  readonly doing: string;
  /** What the identity must be allowed for it: `s3:PutObject`. */
  readonly permission: string;
  readonly method: Request['method'];
  /** The whole key; empty for the bucket. */
  readonly key: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the body, in hex, where it is known already. */
  readonly sha256?: string;
  /** The statuses that the asker knows what to do with. */
  readonly expects: readonly number[];
  /** Ends it before the run's own signal does. */
  readonly signal?: AbortSignal;
}

export interface S3Api {
  readonly place: BucketPlace;
  readonly now: () => number;
  /** An answer with an expected status, or TargetError, or UnreachableError. */
  ask(question: Question): Promise<Answer>;
  /** The same, its body still to come. */
  open(question: Question): Promise<Streamed>;
  /** Asks once and judges nothing: for who can go on after a failure. */
  attempt(question: Question): Promise<Answer | Error>;
  isExpected(question: Question, outcome: Answer | Error): boolean;
  /** The error to throw for an outcome that was not expected: the cancel itself, where that is why. */
  refused(question: Question, outcome: Answer | Error): Error;
  tries(signal?: AbortSignal): Tries;
  /** Whether to ask again; by then the pause is over. */
  again(tries: Tries, outcome: Answer | Error): Promise<boolean>;
  /** Ends with the run's signal, or with the one given. */
  until(signal: AbortSignal | undefined): AbortSignal | undefined;
}

export interface ApiOptions {
  readonly place: BucketPlace;
  readonly service: Service;
  readonly credentials: AwsCredentials;
  readonly send: Send;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
}

/** A page of a thousand keys of the longest kind, each escaped. */
const longestAnswer = 16 * 1024 * 1024;
/** A part goes out in pieces: what the socket (and TLS) keeps of it on its way stays small. */
const pieceSize = 256 * 1024;

export function s3Api(options: ApiOptions): S3Api {
  const { place, service, send, patience } = options;
  const requests = { ...options, now: () => patience.clock.now() };
  const collected = async (question: Question): Promise<Answer> =>
    collect(await send(await signed(question, requests)), longestAnswer);
  const until = (signal: AbortSignal | undefined): AbortSignal | undefined => signal ?? options.signal;

  const api: S3Api = {
    place,
    now: requests.now,
    until,
    attempt: (question) => collected(question).catch((error: Error) => error),
    // S3 says 200 before it has put the parts together, and what went wrong then in the body.
    isExpected: (question, outcome) =>
      !isFailure(outcome) && question.expects.includes(outcome.status) && !isHiddenError(outcome),
    refused(question, outcome) {
      const signal = until(question.signal);
      if (signal?.aborted === true) return signal.reason as Error;
      return refusalOf({ question, place, service, now: requests.now() }, outcome);
    },
    tries: (signal) => countTries(patience, until(signal)),
    again: (tries, outcome) => tries.again(asPassing(outcome)),
    async ask(question) {
      const tries = api.tries(question.signal);
      for (;;) {
        const outcome = await api.attempt(question);
        if (api.isExpected(question, outcome)) return outcome as Answer;
        if (!(await api.again(tries, outcome))) throw api.refused(question, outcome);
      }
    },
    async open(question) {
      const tries = api.tries(question.signal);
      for (;;) {
        const opened = await openOnce(question).catch((error: Error) => error);
        if ('body' in opened && question.expects.includes(opened.status)) return opened as Streamed;
        if (!(await api.again(tries, opened as Answer | Error)))
          throw api.refused(question, opened as Answer | Error);
      }
    },
  };
  const openOnce = async (question: Question): Promise<Streamed | Answer> => {
    const streamed = await send(await signed(question, requests));
    return question.expects.includes(streamed.status) ? streamed : collect(streamed, longestAnswer);
  };
  return api;
}

const isHiddenError = (answer: Answer): boolean => answer.status < 300 && errorIn(answer) !== undefined;

/** What `retry.ts` does not know to pass, but S3's own word says so. */
function asPassing(outcome: Answer | Error): Answer | Error {
  if (isFailure(outcome) || passes(outcome)) return outcome;
  return passingCodes.has(errorIn(outcome)?.code ?? '') ? passing : outcome;
}

const passing = Object.assign(new Error('passes'), { code: 'ECONNRESET' });

interface Requests extends Pick<ApiOptions, 'place' | 'service' | 'credentials' | 'signal'> {
  readonly now: () => number;
}

/** Signature Version 4 over all of it, its body's hash too: what arrives damaged is refused. */
async function signed(question: Question, requests: Requests): Promise<Request> {
  const { method, key, query, body, sha256 = hashOf(body), signal = requests.signal } = question;
  const { place, service, credentials, now } = requests;
  const signer = new AwsV4Signer({
    ...credentials,
    method,
    url: urlOf(place, service, key, query).href,
    headers: { ...question.headers, 'x-amz-content-sha256': sha256 },
    service: 's3',
    region: service.region,
    datetime: new Date(now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  });
  const { url, headers } = await signer.sign();
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  return {
    method,
    url: new URL(url),
    headers: { ...Object.fromEntries(headers), ...length },
    ...(body === undefined ? {} : { body: body.length > pieceSize ? pieces(body) : body }),
    signal,
    follow: false,
  };
}

const hashOf = (body: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(body ?? '')
    .digest('hex');

async function* pieces(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += pieceSize) yield body.subarray(at, at + pieceSize);
}
