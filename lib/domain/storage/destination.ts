/** Where backups go: `s3://bucket/prefix`, `gs://bucket/prefix`, `file:/var/backups`, `ssh://user@host/var/backups`. */
import type { Fault } from '../errors.ts';
import { sshHostForm, sshUserForm } from '../ssh/place.ts';
import { closest } from '../suggest.ts';
import { below, keyProblem } from './key.ts';

export type Destination = BucketPlace | FilePlace | SshDirectory;

export interface BucketPlace {
  /** `gs` is Google's storage, spoken to through its S3 interface with HMAC keys. */
  readonly kind: 's3' | 'gs';
  readonly bucket: string;
  /** Without slashes at its ends; empty for none. */
  readonly prefix: string;
}

export interface FilePlace {
  readonly kind: 'file';
  /** As written: one that is not absolute starts at the workspace. */
  readonly directory: string;
}

/** A directory of another host. */
export interface SshDirectory {
  readonly kind: 'ssh';
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute. */
  readonly directory: string;
}

export type Read<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'wrong'; readonly fault: Fault };

const schemes = ['s3', 'gs', 'file', 'ssh'] as const;
const forms = 's3://bucket/prefix, gs://bucket/prefix, file:/directory or ssh://user@host/directory';

/** What keys are below, as messages and manifests name it. */
export function formatDestination(place: Destination): string {
  switch (place.kind) {
    case 'file':
      return `file:${place.directory}`;
    case 'ssh': {
      const host = place.host.includes(':') ? `[${place.host}]` : place.host;
      const port = place.port === 22 ? '' : `:${place.port}`;
      return `ssh://${place.user}@${host}${port}${place.directory}`;
    }
    case 's3':
    case 'gs':
    default:
      return `${place.kind}://${below(place.bucket, place.prefix)}`.replace(/\/$/, '');
  }
}

/** Reads a destination; `input` is what the author called it. A value that may hold a password is never quoted. */
export function readDestination(input: string, text: string): Read<Destination> {
  const wrong = (problem: string, quoted = true): Read<Destination> => ({
    kind: 'wrong',
    fault: { input, ...(quoted ? { value: text === '' ? 'empty' : text } : {}), problem },
  });
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (text === '') return wrong(`is required: ${forms}`);
  if (scheme === undefined) return wrong(text.startsWith('/') ? `write file:${text}` : `must be ${forms}`);
  if (scheme === 'ssh') return sshIn(rest, wrong);
  if (/^(sftp|scp)$/i.test(scheme)) return wrong('write ssh://user@host/directory', false);
  if (/^\/\/[^/]*@/.test(rest))
    return wrong('holds a name or a password: give credentials as inputs of their own instead', false);
  if (scheme === 'file') return fileIn(rest, wrong);
  if (scheme === 's3' || scheme === 'gs') return bucketIn(scheme, rest, wrong);
  return wrong(schemeAdvice(scheme));
}

type Wrong = (problem: string, quoted?: boolean) => Read<Destination>;

function schemeAdvice(scheme: string): string {
  if (/^https?$/i.test(scheme))
    return 'write s3://bucket/prefix here and the address of the storage as its endpoint';
  const near = closest(scheme, schemes) ?? (scheme.toLowerCase() === 'gcs' ? 'gs' : undefined);
  return near === undefined ? `must be ${forms}` : `must be ${forms}: did you mean ${near}:?`;
}

function fileIn(rest: string, wrong: Wrong): Read<Destination> {
  const [, host = '', path = rest] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  if (host !== '') return wrong(`names a host, ${host}: write file:/directory`);
  if (path === '' || path === '/') return wrong('names no directory: file:/var/backups, or file:backups');
  if (path.startsWith('~')) return wrong('~ means nothing here: write the whole path');
  if (/[\0\r\n]/.test(path)) return wrong('holds a control character');
  return { kind: 'read', value: { kind: 'file', directory: withoutEnd(path) } };
}

const withoutEnd = (path: string): string => path.replace(/(?<=.)\/+$/, '');

function sshIn(rest: string, wrong: Wrong): Read<Destination> {
  const [whole, , userInfo = '', bracketed, plain = '', port = '22', path = ''] =
    /^\/\/(([^/]*)@)?(?:\[([^\]/]*)\]|([^:/]*))(?::(\d+))?(\/.*)?$/s.exec(rest) ?? [];
  if (userInfo.includes(':'))
    return wrong('holds a password: a host is entered with destination-ssh-key instead', false);
  if (whole === undefined) return wrong('write ssh://user@host/directory, or ssh://user@host:port/directory');
  const host = bracketed ?? plain;
  if (userInfo === '') return wrong('names no user: ssh://user@host/directory');
  if (!sshUserForm.test(userInfo)) return wrong(`${userInfo} is no user name`);
  if (!sshHostForm.test(host)) return wrong('names no host: ssh://user@host/directory');
  if (Number(port) < 1 || Number(port) > 65_535) return wrong(`${port} is no port: 1 to 65535`);
  if (path.startsWith('/~')) return wrong('~ means nothing here: write the whole path');
  if (/^\/*$/.test(path)) return wrong('names no directory: ssh://user@host/var/backups');
  if (/[\0\r\n]/.test(path)) return wrong('holds a control character');
  const directory = withoutEnd(path);
  return { kind: 'read', value: { kind: 'ssh', host, port: Number(port), user: userInfo, directory } };
}

function bucketIn(kind: 's3' | 'gs', rest: string, wrong: Wrong): Read<Destination> {
  if (!rest.startsWith('//')) return wrong(`write ${kind}://bucket/prefix`);
  const [, bucket = '', tail = ''] = /^\/\/([^/]*)\/?(.*)$/s.exec(rest) ?? [];
  const problem = bucketProblem(kind, bucket, tail);
  if (problem !== undefined) return wrong(problem);
  const prefix = tail.replace(/\/$/, '');
  const fault = prefix === '' ? undefined : prefixProblem(prefix);
  return fault === undefined
    ? { kind: 'read', value: { kind, bucket, prefix } }
    : wrong(`the prefix ${fault}`);
}

/** By the naming rules of S3 and of Google's storage, which takes underscores too. */
function bucketProblem(kind: 's3' | 'gs', bucket: string, tail: string): string | undefined {
  if (bucket === '') return `names no bucket: ${kind}://bucket/prefix`;
  const small = bucket.toLowerCase();
  if (small !== bucket) return `bucket names are lower-case: did you mean ${kind}://${below(small, tail)}?`;
  if (bucket.includes(':'))
    return 'names a port: the address of the storage is its endpoint, not the destination';
  if (bucket.length < 3 || bucket.length > (kind === 'gs' ? 222 : 63))
    return `${bucket} is no bucket: names have 3 to 63 characters`;
  const form = kind === 'gs' ? /^[a-z0-9][a-z0-9._-]*[a-z0-9]$/ : /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/;
  if (!form.test(bucket) || bucket.includes('..') || /^\d+(\.\d+){3}$/.test(bucket))
    return `${bucket} is no bucket: lower-case letters, digits, dots and hyphens, a letter or digit at both ends`;
  return undefined;
}

/** Room for the keys below it. */
const longestPrefix = 600;

function prefixProblem(prefix: string): string | undefined {
  if (/[?#]/.test(prefix)) return 'holds ? or #: options are inputs of their own';
  if (prefix.length > longestPrefix) return `is longer than ${longestPrefix} characters`;
  return keyProblem(prefix);
}
