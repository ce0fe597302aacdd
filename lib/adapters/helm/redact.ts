/** The API quotes what it refuses, a whole pod template with its environment if need be. */
const refusedByApi = /Invalid value: (?:\\?["{[]|[\w.]+\{).*?(?=: (?:field is immutable|json: )|$)/gm;

/** Short ones stay, for they are what an author looks for. */
const shortEnough = 80;

const quotedValues: readonly RegExp[] = [
  // Server-side apply, where a Secret wants a string and gets a number: `&value.valueUnstructured{Value:123456}`.
  /(?<=expected \w+, got )&value\.\w+\{.*\}/gm,
  // The checker of values.schema.json: `- at '/password': 'hunter2' does not match pattern '^y$'`.
  /(?<=^\s*- at '.*?': )'.*'(?= does not match pattern )/gm,
  // What a format says after it may quote the value once more.
  /(?<=^\s*- at '.*?': )'.*' is not valid .*$/gm,
];

const notShown = '(not shown)';

/** Helm's words without the values that they quote: a password may be among them. */
export const redact = (text: string): string =>
  quotedValues
    .reduce((rest, quoted) => rest.replace(quoted, notShown), text)
    .replace(refusedByApi, (quoted) =>
      quoted.length <= shortEnough ? quoted : `Invalid value: ${notShown}`,
    );

/** What helm complains of, from `Error:` on: warnings and Helm 4's own log lines stand before it. */
export function complaint(stderr: string): string {
  const start = stderr.search(/^Error: /m);
  return redact(start === -1 ? stderr : stderr.slice(start)).trim();
}
