/** What the truth clock tells: one state of one object, and when the news of it arrived. */

/** An API object as it came, less its managed fields. */
export interface Told {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind: string; readonly name: string };
}

export interface Sighting {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly object: Told;
}

/** Whether this state is a first report of the fault, in the bench's own reading: it shares none with the engine. */
export type Proof = (object: Told) => boolean;
