/** Server-side encryption of a bucket, as input `sse` names it. */
import type { Fault } from '../errors.ts';
import type { Read } from './destination.ts';

/** Without one the bucket's own default holds. */
export type Encryption =
  | { readonly kind: 'AES256' }
  | { readonly kind: 'aws:kms'; /** Without it the account's own key for S3. */ readonly keyId?: string };

/** `AES256`, `aws:kms` or `aws:kms:<key id or ARN>`. */
export function readEncryption(input: string, text: string): Read<Encryption> {
  if (text === 'AES256') return { kind: 'read', value: { kind: 'AES256' } };
  if (text === 'aws:kms') return { kind: 'read', value: { kind: 'aws:kms' } };
  const keyId = /^aws:kms:([\w:/-]+)$/.exec(text)?.[1];
  if (keyId !== undefined) return { kind: 'read', value: { kind: 'aws:kms', keyId } };
  const fault: Fault = { input, value: text, problem: adviceFor(text) };
  return { kind: 'wrong', fault };
}

function adviceFor(text: string): string {
  if (/^aes-?256$/i.test(text)) return 'write AES256';
  if (/^(arn:aws[\w-]*:kms:|alias\/)/.test(text)) return `write aws:kms:${text}`;
  if (/^(aws:)?kms$/i.test(text)) return 'write aws:kms, or aws:kms:<key id>';
  return 'must be AES256, aws:kms or aws:kms:<key id>';
}
