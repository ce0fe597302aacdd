import { createHash } from 'node:crypto';

/** `sha256:…` of the bytes, as registries write it. */
export const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
