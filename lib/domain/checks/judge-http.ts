/** Whether an answer is what was expected: every difference, the telling one first. */
import { formatDuration } from '../duration.ts';
import { excerpt } from './excerpt.ts';
import { atJsonPath } from './json-path.ts';
import { matchesText, sayMatch } from './text-match.ts';
import type { HttpExpectation, Miss } from './types.ts';

/** What an answer shows; the port's HttpAnswer has it. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
  readonly certificate?: { readonly validTo: number };
}

/** Undefined when all is as expected. `now` in milliseconds since the epoch. */
export function judgeHttp(expect: HttpExpectation, answer: Answered, now: number): Miss | undefined {
  const differences = [
    ...statusDifference(expect, answer),
    ...expect.headers.flatMap(({ name, match }) => headerDifference(name, match, answer)),
    ...expect.body
      .filter((match) => !matchesText(answer.body, match))
      .map(
        (match) => `the body does not ${sayMatch(match)}${answer.truncated ? ' in its first 64 KiB' : ''}`,
      ),
    ...jsonDifferences(expect, answer),
    ...certificateDifference(expect.certificateValidFor, answer.certificate, now),
  ];
  if (differences.length === 0) return undefined;
  const shown = excerpt(answer.body);
  return { reason: differences.join('; '), ...(shown === '' ? {} : { excerpt: shown }) };
}

function statusDifference({ status }: HttpExpectation, answer: Answered): string[] {
  if (status.some(([from, to]) => answer.status >= from && answer.status <= to)) return [];
  const wanted = status.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(' or ');
  const to = answer.headers['location'];
  return [`status ${answer.status}${to === undefined ? '' : ` to ${to}`}, expected ${wanted}`];
}

function headerDifference(
  name: string,
  match: HttpExpectation['headers'][number]['match'],
  { headers }: Answered,
): string[] {
  const value = headers[name];
  if (value === undefined) return [`there is no header ${name}`];
  return matchesText(value, match)
    ? []
    : [`header ${name} is ${JSON.stringify(value)}, which does not ${sayMatch(match)}`];
}

function jsonDifferences({ json }: HttpExpectation, { body, truncated }: Answered): string[] {
  if (json.length === 0) return [];
  const document = parsed(body);
  if (document === undefined) return [`the body is no JSON${truncated ? ': it is longer than 64 KiB' : ''}`];
  return json
    .map(({ path, equals }) => ({ path, equals, found: atJsonPath(document, path) }))
    .filter(({ equals, found }) => !isSame(found, equals))
    .map(({ path, equals, found }) => `${path} is ${said(found)}, expected ${said(equals)}`);
}

/** Undefined where it is no JSON. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** YAML's `1.10` is a number and the service may answer text: a scalar is compared as it is written, too. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return true;
  const scalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
  return scalar(found) && scalar(wanted) && String(found) === String(wanted);
}

const said = (value: unknown): string => (value === undefined ? 'not there' : excerpt(JSON.stringify(value)));

/** For an answer's certificate and for a check of TLS alone. */
export function certificateDifference(
  validFor: number | undefined,
  certificate: { readonly validTo: number } | undefined,
  now: number,
): string[] {
  if (validFor === undefined) return [];
  if (certificate === undefined) return ['there is no certificate: the connection is not TLS'];
  const left = certificate.validTo - now;
  const until = new Date(certificate.validTo).toISOString();
  return left > validFor ? [] : [`the certificate ends ${until}, in less than ${formatDuration(validFor)}`];
}
