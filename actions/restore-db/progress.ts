import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import type { Packing } from '../../lib/ports/packing.ts';
import type { Ports } from './ports.ts';

export interface Progress extends Disposable {
  /** The same packing, which counts what it unpacks. */
  readonly packing: Packing;
  readonly onRestored: () => void;
}

/** Says how far a restore is, until it is disposed of. */
export function progressOf({ raw }: BackupManifest, { packing, heartbeat }: Ports): Progress {
  let [seen, isRestored] = [0, false];
  const said = heartbeat(() =>
    isRestored
      ? 'comparing every table'
      : `restoring: ${formatBytes(seen)} of ${formatBytes(raw.bytes)} sent to the server`,
  );
  async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      seen += chunk.length;
      yield chunk;
    }
  }
  return {
    packing: { ...packing, decompress: (bytes) => counted(packing.decompress(bytes)) },
    onRestored: () => {
      isRestored = true;
    },
    [Symbol.dispose]: () => said[Symbol.dispose](),
  };
}
