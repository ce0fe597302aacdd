import type { Part } from '../images/part.ts';

/** A real object store that speaks S3, with one bucket. */
export interface StorageServer extends Part {
  /** `http://127.0.0.1:40001`: an endpoint, path-style. */
  url: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}
