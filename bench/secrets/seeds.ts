/** Twenty secrets, each with its own way into a step. Pure: the same seed gives the same values. */

export interface Seed {
  readonly id: SeedId;
  readonly value: string;
}

/** What each one is, and who says it aloud. */
export const places = {
  'values-file': 'values file → Secret',
  'values-file-data': 'values file → Secret, in base64',
  'values-key': 'values → Secret: a private key of several lines',
  'values-quoted': 'values → Secret: quotes, backslash, letters beyond ASCII',
  'values-exposed': 'values → Secret, and the environment of the pods',
  'values-noted': 'values → Secret, printed by NOTES.txt',
  'values-broken': 'values → Secret that the API refuses',
  'values-schema': 'values that the schema refuses',
  'hook-log': 'Secret, in the log of a hook',
  'hook-log-basic': 'Secret, in the log of a hook as `Basic …`',
  'app-log': 'Secret, in the log of the crashing app and its termination message',
  'app-log-basic': 'Secret, in the log of the crashing app as `Basic …`',
  'app-log-escaped': 'Secret, in the log of the crashing app, URL- and JSON-escaped',
  'kubeconfig-other': 'kubeconfig: the password of a user that is not used',
  'kubeconfig-token': 'kubeconfig: the token, quoted by the API',
  'server-token': 'server-token, quoted by the API',
  'github-token': 'github-token, quoted by GitHub',
  'chart-password': 'chart-password, quoted by the chart repository',
  'pull-secret': 'pull secret, quoted by the registry',
  'smoke-header': 'header of a smoke check, quoted by the service',
} as const;

export type SeedId = keyof typeof places;
export const seedIds = Object.keys(places) as SeedId[];

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Mulberry32: a number from 0 to 1 at each call. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function plantedSeeds(seed: number): Readonly<Record<SeedId, string>> {
  const random = randomFrom(seed);
  const text = (length: number): string =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
  const shaped: Partial<Record<SeedId, () => string>> = {
    'values-key': () =>
      ['-----BEGIN PRIVATE KEY-----', text(64), text(64), text(28), '-----END PRIVATE KEY-----', ''].join(
        '\n',
      ),
    'values-quoted': () => `${text(8)}"\\${text(6)}'größe-${text(6)}`,
    'values-exposed': () => `${text(6)}&%+/ ?=${text(10)}`,
    'app-log-escaped': () => `${text(6)}"&\\/ +${text(10)}`,
    'github-token': () => `ghs_${text(36)}`,
  };
  return Object.fromEntries(seedIds.map((id) => [id, shaped[id]?.() ?? `${text(12)}-${text(8)}`])) as Record<
    SeedId,
    string
  >;
}
