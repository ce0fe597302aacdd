/** What a use case may say while it works. Nothing here fails the step. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
  /** Only shown with step debugging on. */
  debug(line: string): void;
  /** Folds what is said inside under one title. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  /** Text from a tool or a pod: printed with workflow commands switched off. */
  untrusted(lines: readonly string[]): void;
  /** Hides a value from now on. Values under 4 characters are refused with a warning. */
  mask(secret: string): void;
}
