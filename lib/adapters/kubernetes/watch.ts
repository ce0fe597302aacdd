/**
 * List, then watch, for as long as the caller wants: no change is missed, none waits longer than the network
 * takes, and a lost connection is said aloud instead of being taken for silence.
 */
import type { Milliseconds } from '../../domain/duration.ts';
import type { KubeObject } from '../../domain/kubernetes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WatchEvent, WatchTarget } from '../../ports/kube.ts';
import { backoff } from './api.ts';
import type { Api } from './api.ts';
import { WholeLines } from './lines.ts';
import { listOf } from './list.ts';
import { pathOf } from './paths.ts';
import { KubeRefused } from './refused.ts';
import { isRefusal } from '../../domain/refusal.ts';

export interface WatchTimes {
  /** The server sends a bookmark about once a minute, so a longer silence means a dead connection. */
  readonly silence: Milliseconds;
  /** Pause between lists where RBAC allows `list` but not `watch`. */
  readonly poll: Milliseconds;
  /** The server ends a watch after this long; the next one goes on where it ended. */
  readonly watch: Milliseconds;
}

/** A watch that is lost is a step that is blind: an API that comes back is found within seconds. */
const longestPause: Milliseconds = 2_000;

export const watchTimes: WatchTimes = { silence: 90_000, poll: 2_000, watch: 300_000 };

export interface WatchOptions {
  readonly clock: Clock;
  /** A number from 0 to 1, to spread reconnects. */
  readonly random: () => number;
  readonly debug: (line: string) => void;
  readonly times: WatchTimes;
}

interface Line {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/** Follows one kind until the signal aborts or RBAC forbids it. Rejects only with what `onEvent` throws. */
export async function follow(
  api: Api,
  target: WatchTarget,
  onEvent: (event: WatchEvent) => void,
  aborted: AbortSignal,
  options: WatchOptions,
): Promise<void> {
  // A signal of its own, for Node warns when many listen to one.
  const signal = AbortSignal.any([aborted]);
  const follower = new Follower(api, target, onEvent, signal, options);
  while (!signal.aborted && !follower.forbidden) await follower.step();
}

class Follower {
  forbidden = false;
  readonly #api: Api;
  readonly #target: WatchTarget;
  readonly #onEvent: (event: WatchEvent) => void;
  readonly #signal: AbortSignal;
  readonly #options: WatchOptions;
  /** Up to where everything was seen; undefined: a list is due. */
  #at: string | undefined;
  #polling = false;
  #lost = false;
  #failures = 0;
  #thrown: { readonly error: unknown } | undefined;

  constructor(
    api: Api,
    target: WatchTarget,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
    options: WatchOptions,
  ) {
    this.#api = api;
    this.#target = target;
    this.#onEvent = onEvent;
    this.#signal = signal;
    this.#options = options;
  }

  /** A list if one is due, then one watch to its end; after a failure, the pause before the next try. */
  async step(): Promise<void> {
    const { clock, random, times } = this.#options;
    const began = clock.now();
    try {
      const at = this.#at ?? (await this.#list());
      if (at === undefined) return;
      if (this.#polling) {
        this.#at = undefined;
        await this.#pause(times.poll);
        return;
      }
      await this.#watch(at);
      // A server that ends every watch at once must not be asked in a tight loop.
      if (clock.now() - began < 1_000) await this.#pause(backoff(this.#failures++, random));
    } catch (error) {
      if (this.#thrown !== undefined) throw this.#thrown.error;
      if (!this.#signal.aborted) await this.#recover(error as Error);
    }
  }

  /** Undefined when it is forbidden. */
  async #list(): Promise<string | undefined> {
    try {
      const { objects, resourceVersion } = await listOf(this.#api, this.#target, { once: true });
      this.#emit({ type: 'listed', objects: objects.map(trimmed), resourceVersion });
      this.#at = resourceVersion;
      if (this.#polling) this.#found();
      return resourceVersion;
    } catch (error) {
      if (!isRefusal(error, 403)) throw error;
      this.#emit({ type: 'forbidden', reason: error.refusal.message });
      this.forbidden = true;
      return undefined;
    }
  }

  async #watch(from: string): Promise<void> {
    const { resource, namespace, labelSelector, fieldSelector } = this.#target;
    const { times, random } = this.#options;
    const path = pathOf(resource, namespace, '', {
      labelSelector,
      fieldSelector,
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds: Math.round((times.watch / 1_000) * (1 + random() / 15)),
    });
    const stream = await this.#api.stream(
      { method: 'GET', path, repeatable: true },
      this.#signal,
      times.silence,
    );
    this.#found();
    const lines = new WholeLines();
    for await (const chunk of stream) for (const line of lines.feed(chunk)) this.#take(line);
  }

  #take(text: string): void {
    if (text === '') return;
    const { type, object } = parse(text);
    if (type === 'ERROR') {
      throw object?.code === 410
        ? new Expired()
        : new Error(`the watch ended: ${object?.message ?? 'no reason given'}`);
    }
    this.#failures = 0;
    if (type === 'DELETED') this.#emit({ type: 'deleted', object: trimmed(object) });
    else if (type !== 'BOOKMARK') this.#emit({ type: 'changed', object: trimmed(object) });
    this.#at = object.metadata.resourceVersion ?? this.#at;
  }

  async #recover(error: Error): Promise<void> {
    const { random, debug, times } = this.#options;
    const { plural } = this.#target.resource;
    if (isRefusal(error, 403)) {
      debug(`watching ${plural} is forbidden, listing is not: listing every ${times.poll / 1_000} s instead`);
      this.#polling = true;
      this.#at = undefined;
      return;
    }
    const expired = error instanceof Expired || isRefusal(error, 410);
    if (expired || error instanceof Malformed) this.#at = undefined;
    if (!expired && !this.#lost) {
      this.#lost = true;
      this.#emit({ type: 'lost', reason: error.message });
    }
    const asked = error instanceof KubeRefused ? (error.retryAfter ?? 0) : 0;
    const delay = this.#failures === 0 ? 100 * random() : backoff(this.#failures, random, longestPause);
    this.#failures += 1;
    await this.#pause(Math.max(asked, delay));
  }

  #found(): void {
    if (this.#lost) this.#emit({ type: 'restored' });
    this.#lost = false;
  }

  #emit(event: WatchEvent): void {
    if (this.#signal.aborted) return;
    try {
      this.#onEvent(event);
    } catch (error) {
      // The listener's own defect is not a lost connection: it must surface.
      this.#thrown = { error };
      throw error;
    }
  }

  /** Ends early, without complaint, when the signal aborts. */
  async #pause(ms: Milliseconds): Promise<void> {
    await this.#options.clock.sleep(ms, this.#signal).catch((error: unknown) => {
      if (!this.#signal.aborted) throw error;
    });
  }
}

/** The server no longer knows the version that we are at (410). */
class Expired extends Error {}
class Malformed extends Error {}

function parse(text: string): Line {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    if (line?.type === 'ERROR' || line?.object?.metadata !== undefined) return line as Line;
  } catch (cause) {
    throw new Malformed('the watch sent a line that is not JSON', { cause });
  }
  throw new Malformed('the watch sent a line that is not an event');
}

/** managedFields are often half of an object's size, and nobody judges by them. */
function trimmed(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & {
    managedFields?: unknown;
  };
  return { ...object, metadata };
}
