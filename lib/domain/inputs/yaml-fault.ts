import type { Fault } from '../errors.ts';

/** Why YAML cannot be read: tells the line, and quotes nothing, for it may hold secrets. */
export function yamlFault(error: unknown, input: string): Fault {
  const { mark, reason = 'syntax error' } = error as { mark?: { line?: number }; reason?: string };
  const at = mark?.line === undefined ? '' : ` at line ${mark.line + 1}`;
  // `password: *abc` is an unidentified alias "abc".
  const unquoted = reason.replaceAll(/ (?:"[^"]*"|!<[^>]*>)/g, '');
  return { input, value: 'not YAML', problem: `cannot be read${at}: ${unquoted}` };
}
