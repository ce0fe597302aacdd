/** A storage with all that is needed to speak to it. Types only; `inputs/destination.ts` reads them. */
import type { SshPlace } from '../ssh/place.ts';
import type { BucketPlace, FilePlace, SshDirectory } from './destination.ts';
import type { Encryption } from './encryption.ts';
import type { Service } from './endpoint.ts';

export type StorageTarget = BucketTarget | FileTarget | SshTarget;

export interface BucketTarget {
  readonly kind: 'bucket';
  readonly place: BucketPlace;
  readonly service: Service;
  readonly credentials: BucketCredentials;
  readonly encryption?: Encryption;
}

/** Of AWS and its like; for Google's storage an HMAC key's access ID and secret. */
export interface BucketCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that are lent for a while. */
  readonly sessionToken?: string;
}

export interface FileTarget {
  readonly kind: 'file';
  readonly place: FilePlace;
}

export interface SshTarget {
  readonly kind: 'ssh';
  readonly place: SshDirectory;
  readonly over: SshPlace;
}
