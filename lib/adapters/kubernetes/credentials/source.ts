/** Who we are to the API, and how that is kept fresh while a long step runs. */
import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { tokenExpiry } from '../token.ts';

/** What is shown to the API: a bearer token, basic authentication, a client certificate, or several of them. */
export interface Identity {
  readonly token?: string;
  /** `user:password`. */
  readonly basic?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch. */
  readonly expires?: number;
}

export interface Credentials {
  /** What to show now, fetched anew when it is about to expire. */
  current(): Promise<Identity>;
  /** The API answered 401 to this identity. Returns whether `current` may now give another one. */
  refused(identity: Identity): boolean;
}

/** A token, password or certificate written into the kubeconfig: there is no other one to get. */
export const fixed = (identity: Identity): Credentials => ({
  current: () => Promise.resolve(identity),
  refused: () => false,
});

/** A token in a file that its owner (the kubelet, a sidecar) replaces: read for every request, and told to `mask`. */
export const fromFile = (path: string, mask: (secret: string) => void, rest: Identity = {}): Credentials => ({
  current: async () => {
    const token = tokenIn(path);
    mask(token);
    return { ...rest, token };
  },
  refused: ({ token }) => tokenIn(path) !== token,
});

function tokenIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const problem = `names a token file that cannot be read on this runner: ${path}`;
    throw new ConfigurationError([{ input: 'kubeconfig', problem }], { cause });
  }
}

/** Fetched identities are renewed this long before they expire, so that none dies on its way. */
const margin = 60_000;

/** Credentials that a plugin fetches: kept until a minute before they expire or until the API refuses them. */
export function fetched(fetch: () => Promise<Identity>, clock: Clock): Credentials {
  let kept: Identity | undefined;
  let fetching: Promise<Identity> | undefined;
  return {
    async current() {
      if (kept !== undefined && clock.now() < expiryOf(kept) - margin) return kept;
      fetching ??= fetch().finally(() => (fetching = undefined));
      kept = await fetching;
      return kept;
    },
    refused(identity) {
      // Requests side by side are refused one after the other: only the first drops what it showed.
      if (identity === kept) kept = undefined;
      return true;
    },
  };
}

const expiryOf = ({ expires, token = '' }: Identity): number => expires ?? tokenExpiry(token) ?? Infinity;
