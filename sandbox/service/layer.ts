import { gzipSync } from 'node:zlib';
import { sha256 } from './digest.ts';

export interface LayerFile {
  path: string;
  content: Buffer;
  mode: number;
}

export interface LayerLink {
  path: string;
  /** What the symbolic link says. */
  to: string;
}

export interface Layer {
  gzipped: Buffer;
  digest: string;
  /** Digest of the tar before compression, as an image config lists it. */
  diffId: string;
}

const block = 512;

/** A layer whose bytes depend on its files alone: no times, no owners, gzip without a date. */
export function layer(files: readonly (LayerFile | LayerLink)[]): Layer {
  const tar = Buffer.concat([...files.flatMap(entry), Buffer.alloc(2 * block)]);
  const gzipped = gzipSync(tar, { level: 6 });
  return { gzipped, digest: sha256(gzipped), diffId: sha256(tar) };
}

function entry(file: LayerFile | LayerLink): Buffer[] {
  for (const name of [file.path, ...('to' in file ? [file.to] : [])])
    if (Buffer.byteLength(name) > 100) throw new Error(`layer: too long for a plain tar: ${name}`);
  if ('to' in file) return [header({ path: file.path, size: 0, mode: 0o777, type: '2', link: file.to })];
  const { path, content, mode } = file;
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return [header({ path, size: content.length, mode, type: '0', link: '' }), content, padding];
}

interface Header {
  path: string;
  size: number;
  mode: number;
  /** `0` for a regular file, `2` for a symbolic link. */
  type: '0' | '2';
  link: string;
}

/** A POSIX ustar header. */
function header({ path, size, mode, type, link }: Header): Buffer {
  const head = Buffer.alloc(block);
  head.write(path, 0);
  head.write(octal(mode, 8), 100);
  head.write(octal(0, 8), 108); // owner
  head.write(octal(0, 8), 116); // group
  head.write(octal(size, 12), 124);
  head.write(octal(0, 12), 136); // time
  head.write('        ', 148); // the checksum counts as spaces
  head.write(type, 156);
  head.write(link, 157);
  head.write('ustar', 257);
  head.write('00', 263);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
