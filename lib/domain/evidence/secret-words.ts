/** Names of flags and variables whose value is nobody's business. */
const nameOfSecret = String.raw`[\w.-]{0,40}(?:token|passw|secret|credential|private|api[-_]?key|auth)[\w.-]{0,40}`;
const assignment = new RegExp(String.raw`(${nameOfSecret}\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)`, 'gi');
const flag = new RegExp(String.raw`(--?${nameOfSecret}\s+)(?!-)(\S+)`, 'gi');
/** `postgres://shop:secret@db`. */
const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;

/** A command line without what its author may have put there although everybody can read it: `--password=***`. */
export const withoutSecretWords = (line: string): string =>
  line.replaceAll(userInfo, '$1***@').replaceAll(assignment, '$1***').replaceAll(flag, '$1***');
