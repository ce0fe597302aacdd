/** Whether a text is an age key of the kind that every age can use, X25519: checked before a dump is made for nobody. */

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Undefined where it is a recipient (`age1…`). Never quote what this refuses: it may be a secret key. */
export function recipientProblem(text: string): string | undefined {
  if (/^age-secret-key-/i.test(text))
    return 'is a secret key: give the public key that belongs to it (age1…)';
  if (text.startsWith('ssh-')) return 'is an SSH key: make an age key with age-keygen';
  if (!text.startsWith('age1')) return 'is no age recipient: it begins with age1 (age-keygen prints it)';
  if (/^age1[a-z]+1/.test(text) && text.length !== lengthOfRecipient)
    return 'is for a plugin or a newer kind of key: give one that age-keygen made (age1…, 62 characters)';
  return isBech32(text, 'age') ? undefined : 'is not a whole age recipient: a character is wrong or missing';
}

/** Undefined where it is an identity (`AGE-SECRET-KEY-1…`). */
export function identityProblem(text: string): string | undefined {
  if (text.startsWith('age1')) return 'is a public key: give the secret one (AGE-SECRET-KEY-1…)';
  return isBech32(text.toLowerCase(), 'age-secret-key-') && text === text.toUpperCase()
    ? undefined
    : 'is no age identity: AGE-SECRET-KEY-1… as age-keygen wrote it';
}

const lengthOfRecipient = 62;
/** 32 bytes in groups of five bits, and six characters of checksum. */
const dataLength = 52 + 6;

/** BIP 173, which age uses without its bound on length. */
function isBech32(text: string, prefix: string): boolean {
  if (!text.startsWith(`${prefix}1`)) return false;
  const values = text
    .slice(prefix.length + 1)
    .split('')
    .map((letter) => alphabet.indexOf(letter));
  if (values.includes(-1) || values.length !== dataLength) return false;
  const codes = prefix.split('').map((letter) => letter.charCodeAt(0));
  return checksum([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values]) === 1;
}

const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [at, term] of generator.entries()) if (((top >> at) & 1) === 1) sum ^= term;
  }
  return sum;
}
