/** Where helm or the API quote a value: what stands before it, the value, and what comes after. */
const quotations: readonly RegExp[] = [
  // The API quotes what it refuses, a whole pod template with its environment if need be.
  /(?<before>Invalid value: )(?<value>(?:\\?["{[]|[\w.]+\{).*?)(?=: (?:field is immutable|json: )|$)/gm,
  // Server-side apply, of a number where a Secret wants a string: `got &value.valueUnstructured{Value:123456}`.
  /(?<before>expected \w+, got )(?<value>&value\.\w+\{.*\})/gm,
  // The schema checker, and what a format says of the text: `at '/password': 'x' does not match pattern '^y$'`.
  /(?<before>^\s*- at '.*?': )(?<value>'.*')(?= does not match pattern )/gm,
  /(?<before>^\s*- at '.*?': )(?<value>'.*' is not valid .*)$/gm,
];

/** Short quotations by the API itself stay, for they are what an author looks for. */
const shortEnough = 80;

/** Helm's words without the values that they quote: a password may be among them. */
export const redact = (text: string): string =>
  quotations.reduce(
    (rest, pattern, index) =>
      rest.replace(pattern, (quoted: string, before: string) =>
        index === 0 && quoted.length <= shortEnough ? quoted : `${before}(not shown)`,
      ),
    text,
  );

/** What helm complains of, from `Error:` on: warnings and Helm 4's own log lines stand before it. */
export function complaint(stderr: string): string {
  const start = stderr.search(/^Error: /m);
  return redact(start === -1 ? stderr : stderr.slice(start)).trim();
}
