/** What main tells post. The runner keeps it in plain text between the two, so no secret may be in it. */
import type { Context } from '../runtime/step.ts';

export interface Handover<Told> {
  /** Undefined takes back what was told: nothing is left to do. */
  readonly tell: (told: Told | undefined) => void;
  readonly told: () => Told | undefined;
}

/** `name` tells it from what else one step hands over. */
export const handover = <Told>({ state }: Pick<Context, 'state'>, name = 'left'): Handover<Told> => ({
  tell: (told) => state.save(name, told === undefined ? '' : JSON.stringify(told)),
  told: () => {
    const saved = state.get(name) ?? '';
    return saved === '' ? undefined : (JSON.parse(saved) as Told);
  },
});

const cancelState = 'cancelled-at';

/** Post has what is left of the five minutes that GitHub gives a cancelled job. */
export const tellOfCancel = ({ state, signal, clock }: Pick<Context, 'state' | 'signal' | 'clock'>): void =>
  signal.addEventListener('abort', () => state.save(cancelState, String(clock.now())));

/** Milliseconds since the epoch; undefined where main was killed or failed. */
export const toldOfCancel = ({ state }: Pick<Context, 'state'>): number | undefined =>
  Number(state.get(cancelState)) || undefined;
