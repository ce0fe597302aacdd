import type { Silence } from '../ports/process.ts';

export interface SilenceWatch {
  /** A piece has come; nobody waits now. */
  came(piece: Uint8Array): void;
  /** The next one is waited for. */
  waits(): void;
  stop(): void;
}

/** Tells `onSilent` once, when a piece has been waited for too long. Whoever is slow to ask for it is not the program. */
export function watchSilence(silence: Silence | undefined, onSilent: (failure: Error) => void): SilenceWatch {
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    came(piece) {
      stop();
      bytes += piece.length;
    },
    waits() {
      if (silence === undefined) return;
      timer = setTimeout(() => onSilent(silence.failure(bytes)), silence.longest);
    },
    stop,
  };
}
