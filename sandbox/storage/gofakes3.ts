import { startPart } from '../images/part.ts';
import { ensureTools } from '../tools.ts';
import type { StorageServer } from './server.ts';

/**
 * Starts gofakes3, in memory: another implementation, and a simple one. It verifies Content-MD5 but no signature, and
 * knows conditions for whole objects only, not for the completion of a multipart upload: as some stores in the field.
 */
export async function startGofakes3(): Promise<StorageServer> {
  const { gofakes3 } = await ensureTools(['gofakes3']);
  const bucket = 'backups';
  const part = await startPart({
    name: 'gofakes3',
    prepare: () =>
      Promise.resolve({
        program: gofakes3,
        args: ['-host', '127.0.0.1:0', '-backend', 'memory', '-initialbucket', bucket],
      }),
    ready: /using port: (\d+)/,
  });
  return {
    ...part,
    url: `http://127.0.0.1:${part.said[1]}`,
    region: 'us-east-1',
    bucket,
    accessKeyId: 'anybody',
    secretAccessKey: 'anything',
  };
}
