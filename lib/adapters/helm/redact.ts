/**
 * The API quotes what it refuses, a whole pod template with its environment if need be: no such quotation may
 * reach a log. Short ones stay, for they are what an author looks for.
 */
export const redact = (text: string): string =>
  text.replace(/Invalid value: (?:\\?["{[]|[\w.]+\{).*?(?=: (?:field is immutable|json: )|$)/gm, (quoted) =>
    quoted.length <= 80 ? quoted : 'Invalid value: (not shown)',
  );

/** What helm complains of, from `Error:` on: warnings and Helm 4's own log lines stand before it. */
export function complaint(stderr: string): string {
  const start = stderr.search(/^Error: /m);
  return redact(start === -1 ? stderr : stderr.slice(start)).trim();
}
