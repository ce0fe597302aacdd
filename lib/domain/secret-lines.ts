/** Names under which files keep secrets: `client-key-data: …`, `"password": …`, `token = …`. */
const secretKey = /(token|passw|secret|credential|private|key|auth|cert)/i;
/** `key: value`, `"key": "value",` or `key = value`, also as a list item. */
const keyAndValue = /^[-\s]*["']?([\w.\-/]+)["']?\s*[:=]\s+(.*)$/;
const pemArmour = /^-----(BEGIN|END) [^-]+-----$/;
/** Long, without spaces, with digits and letters: a key or token whatever it is called. A URL is not. */
const opaque = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_.~-]{20,}$/;

/**
 * What must be hidden of a secret of several lines. Masking whole lines, as the runner does, would turn every
 * `}`, `kind: Config` or `-----BEGIN` of the log into `***`: only what is secret in a line is taken, and all
 * of it where the line has no structure (the body of a key).
 */
export function secretParts(secret: string): string[] {
  return secret.split(/\r?\n/).flatMap((line) => {
    const text = line.trim();
    if (!/\w/.test(text) || pemArmour.test(text)) return [];
    const [, key, rest] = keyAndValue.exec(text) ?? [];
    if (key === undefined || rest === undefined)
      return /^[-\s]*["']?[\w.\-/]+["']?:[\s{[|>-]*$/.test(text) ? [] : [text];
    const value = rest.replace(/,$/, '').replace(/^(["'])(.*)\1$/, '$2');
    const isSecret = opaque.test(value) || (secretKey.test(key) && /\w/.test(value));
    return isSecret ? [value] : [];
  });
}
