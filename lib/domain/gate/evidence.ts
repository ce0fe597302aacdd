/** What steps before said, as their JSON reports and the record have it: the page shows it, and adds nothing. */
import type { ReleaseRecord } from '../record/types.ts';

/** One report of an action of ours. */
export interface Told {
  readonly action: string;
  readonly result: string;
  readonly reason: string;
  /** `repository/run/attempt` of who wrote it. */
  readonly run: string;
  /** What the release may stumble over, as deploy-helm's preflight said it. */
  readonly warnings: readonly string[];
  /** What a dry run would change, as lines of a diff; empty of what was really done. */
  readonly wouldChange: readonly string[];
}

/** Reads a report, or says in a few words why it is none of ours. */
export function parseReport(text: string): Told | { readonly unreadable: string } {
  let value: RawReport | null;
  try {
    value = JSON.parse(text) as RawReport | null;
  } catch {
    return { unreadable: 'it is not JSON' };
  }
  const { schema, action, result, reason, by, data } = value ?? {};
  if (schema !== 'slipway/report/v1' || ![action, result, reason].every((each) => typeof each === 'string'))
    return { unreadable: 'it is no report of an action of ours' };
  return {
    action: String(action),
    result: String(result),
    reason: String(reason),
    run: by?.run ?? '',
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
  readonly by?: { readonly run?: string };
  readonly data?: {
    /** Only of a release that began. */
    readonly record?: unknown;
    readonly plan?: {
      readonly warnings?: readonly string[];
      readonly changes?: readonly string[];
      readonly advice?: readonly { readonly subject: string; readonly why: string }[];
    };
  };
}

/** Digests that are proposed and that this record is not of. */
export function notIn(
  record: Pick<ReleaseRecord, 'to'>,
  images: Readonly<Record<string, string>>,
): readonly string[] {
  const proven = Object.values(record.to.images).map((image) => image.split('@')[1]);
  return [...new Set(Object.values(images))].filter((digest) => !proven.includes(digest));
}
