import { findSpan } from './json-span.ts';
import type { Span } from './json-span.ts';

/**
 * Helm keeps a revision as one JSON text. Two strings of it are changed here and every other byte is left
 * alone: a parsed and re-serialised object would lose the digits of large integers in the values.
 */
export interface RevisionTruth {
  /** `failed`, `deployed`. */
  readonly status: string;
  /** Left as it is when undefined. */
  readonly description?: string;
}

/** What of a stored revision can be read without its chart. */
export interface RevisionFacts {
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade`, … */
  readonly status: string;
  readonly description: string;
  readonly deployedAt: string;
  /** When the first revision of this installation was made, in UTC; empty when it does not say. */
  readonly installedAt: string;
  readonly chart: string;
  readonly chartVersion: string;
  readonly manifest: string;
  /** The manifests of its hooks, which are no part of `manifest`. */
  readonly hooks: readonly string[];
}

/**
 * Returns the payload with `info.status` (and `info.description`) changed and nothing else. Throws SyntaxError
 * when it is not JSON, Error when it is no release or when anything else would change.
 */
export function rewriteInfo(payload: string, truth: RevisionTruth): string {
  const before: unknown = JSON.parse(payload);
  const info = findSpan(payload, ['info']);
  const status = findSpan(payload, ['info', 'status']);
  if (info === undefined || status === undefined) throw new Error('no Helm release: info.status is missing');

  const edits: (Span & { text: string })[] = [{ ...status, text: JSON.stringify(truth.status) }];
  if (truth.description !== undefined) {
    const text = JSON.stringify(truth.description);
    const span = findSpan(payload, ['info', 'description']);
    const inside = info.start + 1;
    edits.push(span ? { ...span, text } : { start: inside, end: inside, text: `"description":${text},` });
  }
  const after = edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), payload);
  assertOnlyInfoChanged(before, JSON.parse(after), truth);
  return after;
}

/** Reads what the history shows. Throws SyntaxError when the payload is not JSON. */
export function readRevision(payload: string): RevisionFacts {
  const release = record(JSON.parse(payload));
  const info = record(release['info']);
  const metadata = record(record(release['chart'])['metadata']);
  return {
    revision: Number(release['version'] ?? 0),
    status: text(info['status']),
    description: text(info['description']),
    deployedAt: text(info['last_deployed']),
    installedAt: inUtc(info['first_deployed']),
    chart: text(metadata['name']),
    chartVersion: text(metadata['version']),
    manifest: text(release['manifest']),
    hooks: list(release['hooks']).map((hook) => text(record(hook)['manifest'])),
  };
}

/** The second look at the edit, from the meaning instead of the text. */
function assertOnlyInfoChanged(before: unknown, after: unknown, truth: RevisionTruth): void {
  const { status, description } = record(record(after)['info']);
  const arrived =
    status === truth.status && (truth.description === undefined || description === truth.description);
  if (!arrived || withoutTruth(before) !== withoutTruth(after)) {
    throw new Error('the edit would change more of the Helm release than its status and description');
  }
}

function withoutTruth(release: unknown): string {
  const { status: _status, description: _description, ...info } = record(record(release)['info']);
  return JSON.stringify({ ...record(release), info });
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Helm writes the zone of the machine it runs on, and its two majors write a time differently. */
export function inUtc(time: unknown): string {
  const at = Date.parse(text(time));
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
