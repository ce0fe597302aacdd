/** Files of this step only; the folder is 0700, the files 0600, and both go when the job is done with them. */
export interface Files {
  /** Writes a file that only this user can read; returns its path. */
  writePrivate(name: string, text: string): Promise<string>;
  /** Writes a 0600 file that outlives the step, for an output to name; returns its path. */
  keep(name: string, text: string): string;
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
}

/** What main tells post. Strings only, and no secrets: GitHub keeps them in plain text. */
export interface StepState {
  save(name: string, value: string): void;
}
