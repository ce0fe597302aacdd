/** Names that tools could take for something else are refused before any tool sees them. */

/** Both engines cut longer names; a cut name is another database. */
const longest = 63;

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controlForm = /[\u0000-\u001f\u007f]/;

/** Undefined where it is a name. */
export function databaseNameProblem(name: string): string | undefined {
  if (name === '') return 'is required';
  if (name.startsWith('-')) return 'looks like an option; rename the database';
  if (controlForm.test(name)) return 'holds a control character';
  if (name.startsWith('postgresql:') || name.startsWith('postgres:') || name.includes('='))
    return 'would be read as a connection string; give only the name';
  if (new TextEncoder().encode(name).length > longest) return `is longer than ${longest} bytes`;
  return undefined;
}

export function userNameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.startsWith('-')) return 'looks like an option';
  if (controlForm.test(name)) return 'holds a control character';
  return undefined;
}
