/** One question to a registry and its answer: what was not expected is thrown, in words that a person can act on. */
import { TargetError, UnreachableError } from '../../domain/errors.ts';
import type { RepositoryRef } from '../../domain/oci/types.ts';
import { errorsIn, refusalError } from '../../domain/oci/refusal.ts';
import type { RegistryCredentials } from '../../domain/registry.ts';
import { apiOf } from './address.ts';
import { countTries, isFailure, passes, retryAfter } from '../http/retry.ts';
import type { Patience, Tries } from '../http/retry.ts';
import { LoginRefused } from './session.ts';
import type { Access, Session } from './session.ts';
import { collect } from '../http/transport.ts';
import type { Answer, Request, Streamed } from '../http/transport.ts';
import { networkWords } from '../http/network-words.ts';

export interface Question extends Omit<Access, 'login'>, Omit<Request, 'headers' | 'signal'> {
  /** What it is good for, as an error says it: `read tag v1`. */
  readonly doing: string;
  /** The tag that is written, if one is. */
  readonly tag?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The statuses that the asker knows what to do with. */
  readonly expects: readonly number[];
}

export interface RegistryApi {
  /** Where the registry's API begins. */
  root(repository: RepositoryRef): URL;
  /** An answer with an expected status, or TargetError, or UnreachableError. */
  ask(question: Question): Promise<Answer>;
  /** The same, its body still to come. */
  open(question: Question): Promise<Streamed>;
  /** Asks and judges nothing: for who can go on after a failure. */
  attempt(question: Question): Promise<Answer | Error>;
  /** Turns what `attempt` gave into an expected answer or the error to throw. */
  settle<Reply extends Answer>(question: Question, outcome: Reply | Error): Promise<Reply>;
  /** Asks even when the step is cancelled, for at most 3 s, and does not mind what comes of it. */
  tidyUp(question: Question): Promise<void>;
  /** Counts the tries of what is larger than one question. */
  tries(): Tries;
}

export interface ApiOptions {
  readonly session: Session;
  /** Finds the login for a repository; undefined for none. */
  readonly loginFor: (repository: RepositoryRef) => Promise<RegistryCredentials | undefined>;
  readonly plainHttp: (hostname: string) => boolean;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
}

export function registryApi({ session, loginFor, plainHttp, patience, signal }: ApiOptions): RegistryApi {
  const accessOf = async ({ repository, to, beside }: Question): Promise<Access> => ({
    repository,
    login: await loginFor(repository),
    to,
    beside,
  });
  const requestOf = ({ method, url, headers = {}, body }: Question, until = signal): Request => ({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body }),
    signal: until,
  });

  async function refused(question: Question, answer: Answer): Promise<Error> {
    const { repository, to, doing, tag } = question;
    const anonymous = (await loginFor(repository)) === undefined;
    if (passes(answer)) return stillBusy(question, answer, patience, anonymous);
    const errors = errorsIn(answer.body);
    return refusalError({ doing, repository, to, tag, status: answer.status, errors, anonymous });
  }

  const api: RegistryApi = {
    root: ({ registry }) => apiOf(registry, plainHttp),
    attempt: async (question) => {
      const access = await accessOf(question);
      return session.ask(access, requestOf(question)).then(
        ({ answer }) => answer,
        (error: Error) => error,
      );
    },
    settle: async (question, outcome) => {
      if (!isFailure(outcome) && question.expects.includes(outcome.status)) return outcome;
      signal?.throwIfAborted();
      throw isFailure(outcome) ? worded(question, outcome) : await refused(question, outcome);
    },
    ask: async (question) => api.settle(question, await api.attempt(question)),
    open: async (question) => {
      const access = await accessOf(question);
      const response = await session.open(access, requestOf(question)).catch((error: Error) => {
        throw worded(question, error);
      });
      if (question.expects.includes(response.status)) return response;
      throw await refused(question, await collect(response));
    },
    tidyUp: async (question) => {
      const ask = async (): Promise<unknown> =>
        session.ask(await accessOf(question), requestOf(question, AbortSignal.timeout(3_000)));
      await ask().catch(() => undefined);
    },
    tries: () => countTries(patience, signal),
  };
  return api;
}

function worded({ doing, repository, to }: Question, error: Error): Error {
  if (error instanceof TargetError || error instanceof UnreachableError) return error;
  const { registry } = repository;
  if (!(error instanceof LoginRefused)) {
    const words = `${registry} could not be reached to ${doing}: ${networkWords(error)}`;
    return new UnreachableError(words, { cause: error });
  }
  if (!error.denied && !error.anonymous) {
    return new UnreachableError(`${registry} let nobody log in to ${doing}: ${error.message}`, {
      cause: error,
    });
  }
  const { anonymous, wrong } = error;
  const errors = [{ code: '', message: error.message }];
  return refusalError({ doing, repository, to, status: 401, errors, anonymous, wrongLogin: wrong });
}

function stillBusy(
  { doing, repository }: Question,
  answer: Answer,
  { clock, retries }: Patience,
  anonymous: boolean,
): Error {
  const asked = retryAfter(answer, clock.now());
  const words =
    asked === undefined
      ? `it still answered ${answer.status} after ${retries} more tries`
      : `it answered ${answer.status} and asks to come back in ${Math.ceil(asked / 1_000)} s`;
  const advice = answer.status === 429 && anonymous ? '; with a login the limit is higher' : '';
  return new UnreachableError(`${repository.registry} did not ${doing}: ${words}${advice}`);
}
