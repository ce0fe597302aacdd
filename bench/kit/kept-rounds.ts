/** Rounds as they are measured, a line each: a benchmark that is stopped has not measured in vain. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export class KeptRounds<Round> {
  readonly #file: string;
  readonly #rounds: Round[];

  private constructor(file: string, rounds: Round[]) {
    this.#file = file;
    this.#rounds = rounds;
  }

  /** Begins anew, or with what is in the file, less what `whole` leaves out. */
  static async open<Round>(
    file: string,
    resume: boolean,
    whole: (rounds: readonly Round[]) => readonly Round[],
  ): Promise<KeptRounds<Round>> {
    const rounds = resume ? [...whole(await roundsIn<Round>(file))] : [];
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, rounds.map(line).join(''));
    return new KeptRounds(file, rounds);
  }

  get all(): readonly Round[] {
    return this.#rounds;
  }

  async add(round: Round): Promise<void> {
    this.#rounds.push(round);
    await appendFile(this.#file, line(round));
  }
}

/** Beside the results; git does not see it. */
export const keptFile = (benchmark: string): string =>
  join(import.meta.dirname, '../results', `.${benchmark}-rounds.jsonl`);

const line = (round: unknown): string => `${JSON.stringify(round)}\n`;

/** A benchmark that was killed may have left half a line at the end. */
async function roundsIn<Round>(file: string): Promise<Round[]> {
  const text = await readFile(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((each) => each !== '').map((each) => JSON.parse(each) as Round);
}
