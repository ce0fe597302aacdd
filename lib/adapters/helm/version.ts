import type { HelmVersion } from '../../ports/helm.ts';

/** The oldest Helm that has all we need: 3.14 waits for CRDs of a chart and knows `--plain-http`. */
export const oldest = '3.14';

/** From which release on Helm has what; Helm 3 and Helm 4 are told apart here and in `argv.ts` only. */
const since = {
  /** Adopts objects that another release or kubectl made. */
  'take-ownership': { 3: 17, 4: 0 },
  /** Wins field conflicts of server-side apply, which Helm 3 does not use. */
  'force-conflicts': { 3: Infinity, 4: 0 },
  /** `oci://…@sha256:…` (helm#12690). */
  'chart by digest': { 3: 18, 4: 0 },
  /** `--wait=hookOnly` by name; 4.0 has the strategy as its default but refuses the word. */
  'hook-only wait by name': { 3: Infinity, 4: 1 },
} as const satisfies Record<string, Record<3 | 4, number>>;

export type Feature = keyof typeof since;

/** Whether this Helm has a feature. A major that we do not know is refused before. */
export const has = (helm: HelmVersion, feature: Feature): boolean =>
  helm.minor >= since[feature][helm.major === 3 ? 3 : 4];

/** `Helm 3.18 or newer`, `Helm 4`. */
export function needed(feature: Feature): string {
  const { 3: three, 4: four } = since[feature];
  if (three !== Infinity) return `Helm 3.${three} or newer`;
  return four === 0 ? 'Helm 4' : `Helm 4.${four} or newer`;
}

/** Reads `v3.22.0+g1234`, `v4.3` (a helm built from source has no patch); undefined for anything else. */
export function parseVersion(text: string): HelmVersion | undefined {
  const [, major, minor, patch = '0'] = /^v(\d+)\.(\d+)(?:\.(\d+))?/.exec(text.trim()) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), text: text.trim() };
}

/** Whether this suite knows the version: 3.14 and newer, and 4. */
export const isKnown = (helm: HelmVersion): boolean =>
  (helm.major === 3 && helm.minor >= 14) || helm.major === 4;
