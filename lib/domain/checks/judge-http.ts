/** Whether an answer is what was expected: every difference, the telling one first. */
import { formatDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import { plural } from '../words.ts';
import { excerpt } from './excerpt.ts';
import { isMap } from './fields.ts';
import { atJsonPath } from './json-path.ts';
import { matchesText, sayMatch } from './text-match.ts';
import type { Finds } from './text-match.ts';
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
export function judgeHttp(
  expect: HttpExpectation,
  answer: Answered,
  now: number,
  finds: Finds,
): Miss | undefined {
  const encoded = encodingOf(expect, answer);
  const differences = [
    ...statusDifference(expect, answer),
    ...expect.headers.flatMap(({ name, match }) => headerDifference(name, match, answer, finds)),
    ...(encoded === '' ? bodyDifferences(expect, answer, finds) : [encoded]),
    ...certificateDifference(expect.certificateValidFor, answer.certificate, now),
  ];
  if (differences.length === 0) return undefined;
  const shown = excerpt(answer.body);
  return { reason: differences.join('; '), ...(shown === '' ? {} : { excerpt: shown }) };
}

/** Encodings are not asked for, so none is undone: what was compressed all the same cannot be read. */
function encodingOf({ body, json }: HttpExpectation, { headers }: Answered): string {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' || body.length + json.length === 0
    ? ''
    : `the body is encoded (${excerpt(encoding)}), which was not asked for`;
}

const bodyDifferences = (expect: HttpExpectation, answer: Answered, finds: Finds): string[] => [
  ...expect.body
    .filter((match) => !matchesText(answer.body, match, finds))
    .map((match) => `the body does not ${sayMatch(match)}${answer.truncated ? ' in its first 64 KiB' : ''}`),
  ...jsonDifferences(expect, answer),
];

function statusDifference({ status }: HttpExpectation, answer: Answered): string[] {
  if (status.some(([from, to]) => answer.status >= from && answer.status <= to)) return [];
  const wanted = status.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(' or ');
  const to = answer.headers['location'];
  return [`status ${answer.status}${to === undefined ? '' : ` to ${excerpt(to)}`}, expected ${wanted}`];
}

function headerDifference(
  name: string,
  match: HttpExpectation['headers'][number]['match'],
  { headers }: Answered,
  finds: Finds,
): string[] {
  const value = headers[name];
  if (value === undefined) return [`there is no header ${name}`];
  return matchesText(value, match, finds)
    ? []
    : [`header ${name} is ${JSON.stringify(excerpt(value))}, which does not ${sayMatch(match)}`];
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

/** YAML's `12` is a number and the service may answer text, or the reverse: a scalar is compared as it is written, too. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (typeof found === 'number' && typeof wanted === 'string' && wanted.trim() !== '')
    return Number(wanted) === found;
  if (isScalar(found) && isScalar(wanted)) return String(found) === String(wanted);
  if (Array.isArray(found) && Array.isArray(wanted))
    return found.length === wanted.length && wanted.every((each, at) => isSame(found[at], each));
  if (!isMap(found) || !isMap(wanted)) return found === wanted;
  const keys = Object.keys(wanted);
  return (
    keys.length === Object.keys(found).length &&
    keys.every((key) => Object.hasOwn(found, key) && isSame(found[key], wanted[key]))
  );
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

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
  if (left > validFor) return [];
  const end = new Date(certificate.validTo).toISOString();
  return [
    left > 0 ? `the certificate ends ${end}, in less than ${span(validFor)}` : `the certificate ended ${end}`,
  ];
}

const aDay: Milliseconds = 86_400_000;

const span = (ms: Milliseconds): string => (ms % aDay === 0 ? plural(ms / aDay, 'day') : formatDuration(ms));
