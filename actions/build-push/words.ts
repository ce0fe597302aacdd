/** `sha256:0123456789ab`: enough to tell digests apart on a page. */
export const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);
