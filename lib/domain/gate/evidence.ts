/** What steps before said, as their JSON reports and the record have it: the page shows it, and adds nothing. */
import type { ReleaseRecord } from '../record/types.ts';

/** One report of an action of ours. */
export interface Told {
  readonly action: string;
  readonly result: string;
  readonly reason: string;
  /** Run that wrote it. */
  readonly run: string;
  /** The environment that it is about; undefined where it names none. */
  readonly environment: string | undefined;
  /** When its step ended, milliseconds since the epoch: what it says was true then. */
  readonly at: number;
  /** What the release may stumble over, as deploy-helm's preflight said it. */
  readonly warnings: readonly string[];
  /** What a dry run would change, as lines of a diff; empty of what was really done. */
  readonly wouldChange: readonly string[];
}

/** Reads a report, or says in a few words why it cannot be read. */
export function parseReport(text: string): Told | { readonly unreadable: string } {
  let value: RawReport | null;
  try {
    value = JSON.parse(text) as RawReport | null;
  } catch {
    return { unreadable: 'it is not JSON' };
  }
  const { schema, action, result, reason, endedAt, by, data } = value ?? {};
  if (schema !== 'slipway/report/v1' || ![action, result, reason].every((each) => typeof each === 'string'))
    return { unreadable: 'it is not a report of a Slipway action' };
  const at = Date.parse(endedAt ?? '');
  if (Number.isNaN(at)) return { unreadable: 'it does not say when its step ended' };
  return {
    action: String(action),
    result: String(result),
    reason: String(reason),
    run: by?.run ?? '',
    environment: data?.environment || data?.record?.environment || undefined,
    at,
    warnings: [
      ...(data?.plan?.warnings ?? []),
      ...(data?.plan?.advice ?? []).map(({ subject, why }) => `${subject}: ${why}`),
    ],
    wouldChange: data?.record === undefined ? (data?.plan?.changes ?? []) : [],
  };
}

interface RawReport {
  readonly schema?: string;
  readonly action?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly endedAt?: string;
  readonly by?: { readonly run?: string };
  readonly data?: {
    /** As the step was given it. */
    readonly environment?: string;
    /** Only of a release that began. */
    readonly record?: { readonly environment?: string };
    readonly plan?: {
      readonly warnings?: readonly string[];
      readonly changes?: readonly string[];
      readonly advice?: readonly { readonly subject: string; readonly why: string }[];
    };
  };
}

/** Whether it is about this environment; GitHub tells environments apart whatever the case of their letters. */
export const isAbout = (environment: string, told: Pick<Told, 'environment'>): boolean =>
  told.environment?.toLowerCase() === environment.toLowerCase();

/** Digests that are proposed and that this record is not of. */
export function notIn(
  record: Pick<ReleaseRecord, 'to'>,
  images: Readonly<Record<string, string>>,
): readonly string[] {
  const proven = Object.values(record.to.images).map((image) => image.split('@')[1]);
  return [...new Set(Object.values(images))].filter((digest) => !proven.includes(digest));
}
