/** What buildx prints, read. */

/** `github.com/docker/buildx v0.38.1 1a2b3c`, or `… 0.38.1+debian`: the version; undefined where none is in it. */
export function parseVersion(stdout: string): { major: number; minor: number; text: string } | undefined {
  const match = /\bv?(\d+)\.(\d+)\.(\d+)\S*/.exec(stdout);
  if (match === null) return undefined;
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    text: match[0].replace(/^v/, ''),
  };
}

export interface Inspected {
  readonly name: string;
  readonly driver: string;
  /** What a node says that is not well, else undefined. */
  readonly error: string | undefined;
  /** Of BuildKit on its nodes. */
  readonly buildkit: string | undefined;
}

/** `buildx inspect`: `Name:`, `Driver:`, then per node more of the same. Undefined when it is no such text. */
export function parseInspect(stdout: string): Inspected | undefined {
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}:[^\\S\\n]+(\\S.*)$`, 'm').exec(stdout)?.[1]?.trim();
  const [name, driver] = [value('Name'), value('Driver')];
  if (name === undefined || driver === undefined) return undefined;
  return { name, driver, error: value('Error'), buildkit: value('BuildKit version') ?? value('Buildkit') };
}

/** Drivers that push what they built by digest; the engine's own (`docker`) does so only with containerd's image store. */
export const pushesByDigest = (driver: string): boolean => driver !== 'docker';
