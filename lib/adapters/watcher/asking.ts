import type { Milliseconds } from '../../domain/duration.ts';
import { probeName, type ImageAnswer, type ObjectAnswer, type Probe } from '../../domain/verdict/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Questions } from '../../ports/questions.ts';

type Answer = ImageAnswer | ObjectAnswer;

export interface AskingTerms {
  /** Without them nothing is asked, and every rule goes by its patience. */
  readonly questions: Questions | undefined;
  readonly clock: Clock;
  /** Called for a first answer, and for one that differs from the last. */
  readonly onAnswer: (probe: Probe, answer: Answer) => void;
  /** Aborts with the verdict: nothing is asked after it. */
  readonly over: AbortSignal;
}

/** What was just pushed may not be everywhere yet: an absence is only believed when it is said twice. */
const secondLook: Milliseconds = 1_000;
/** An object that is not there may be made by somebody yet. */
const askAgain: Milliseconds = 3_000;
/** A registry that could not tell may be busy: it is asked seldom. */
const registryAgain: Milliseconds = 10_000;

/** Has the questions answered that a judgement leans on: an image's until its registry can tell, an object's until it is there. */
export class Asking {
  readonly #terms: AskingTerms;
  #leaning: ReadonlySet<string> = new Set();
  readonly #begun = new Set<string>();
  readonly #answers = new Map<string, Answer>();

  constructor(terms: AskingTerms) {
    this.#terms = terms;
  }

  /** All that the newest judgement leans on. */
  lean(probes: readonly Probe[]): void {
    const { questions, over } = this.#terms;
    if (questions === undefined || over.aborted) return;
    this.#leaning = new Set(probes.map(probeName));
    for (const probe of probes) {
      const name = probeName(probe);
      if (this.#begun.has(name)) continue;
      this.#begun.add(name);
      // It ends early when the verdict is given: that is its normal end.
      this.#pursue(name, probe, questions).catch(() => undefined);
    }
  }

  async #pursue(name: string, probe: Probe, questions: Questions): Promise<void> {
    const { clock, over } = this.#terms;
    if (probe.kind === 'manifest') {
      if (probe.again) await clock.sleep(secondLook, over);
      while (this.#leaning.has(name)) {
        if ((await this.#ask(name, probe, questions)) !== 'unknown') return;
        await clock.sleep(registryAgain, over);
      }
      this.#begun.delete(name);
      return;
    }
    while (this.#leaning.has(name)) {
      if ((await this.#ask(name, probe, questions)) === 'present') return;
      await clock.sleep(askAgain, over);
    }
    this.#begun.delete(name);
  }

  async #ask(name: string, probe: Probe, questions: Questions): Promise<Answer> {
    const { over, onAnswer } = this.#terms;
    const answer = await questions.answer(probe, over).catch((): Answer => 'unknown');
    if (over.aborted || this.#answers.get(name) === answer) return answer;
    this.#answers.set(name, answer);
    onAnswer(probe, answer);
    return answer;
  }
}
