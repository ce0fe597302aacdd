import { createHash } from 'node:crypto';

/** The digest under which a registry keeps these bytes: `sha256:` and 64 hex digits. */
export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
