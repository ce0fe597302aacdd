import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startPart } from '../images/part.ts';
import { freePort } from '../free-port.ts';
import { ensureTools } from '../tools.ts';
import type { StorageServer } from './server.ts';

export interface Versitygw extends StorageServer {
  /** The file that holds an object's bytes: what is changed there, the store does not notice. */
  fileOf(key: string): string;
}

export interface VersitygwOrder {
  /** Where it keeps everything, if that must be a file system of the caller's: a small one, say. */
  directory?: string;
}

/**
 * Starts Versity's gateway over a directory: signatures, checksums and conditions are verified, uploads listed and
 * aborted, as AWS has it. Metadata lies in files beside the objects, for not every file system has attributes.
 */
export async function startVersitygw({ directory }: VersitygwOrder = {}): Promise<Versitygw> {
  const { versitygw } = await ensureTools(['versitygw']);
  const [region, bucket] = ['eu-test-1', 'backups'];
  const [accessKeyId, secretAccessKey] = ['slipway', 'secret-of-the-sandbox'];
  const port = await freePort();
  let root = '';
  const part = await startPart({
    name: 'versitygw',
    async prepare(own) {
      root = join(directory ?? own, 'data');
      const sidecar = join(directory ?? own, 'metadata');
      await Promise.all([
        mkdir(join(root, bucket), { recursive: true }),
        mkdir(sidecar, { recursive: true }),
      ]);
      return {
        program: versitygw,
        args: [
          '--port',
          `127.0.0.1:${port}`,
          '--region',
          region,
          '--access-log',
          'stdout',
          'posix',
          '--sidecar',
          sidecar,
          root,
        ],
        env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
      };
    },
    ready: /listening on:\s+\W*(http:\/\/127\.0\.0\.1:\d+)/,
  });
  const url = part.said[1] ?? '';
  return {
    ...part,
    url,
    region,
    bucket,
    accessKeyId,
    secretAccessKey,
    fileOf: (key) => join(root, bucket, key),
  };
}
