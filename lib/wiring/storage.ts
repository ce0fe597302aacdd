/** The storage that the inputs name. What a destination does not need is not loaded. */
import { randomUUID } from 'node:crypto';
import type { StorageTarget } from '../domain/storage/target.ts';
import type { Storage } from '../ports/storage.ts';
import { proxyOf, read } from '../runtime/environment.ts';
import type { Context } from '../runtime/step.ts';

/** Says nothing to the storage yet. Key and secrets of the target are hidden in the log from here on. */
export async function storageAt(target: StorageTarget, context: Context): Promise<Storage> {
  const { clock, log, signal, env } = context;
  switch (target.kind) {
    case 'file': {
      const { fileStorage } = await import(/* webpackMode: "eager" */ '../adapters/storage/file/store.ts');
      const workspace = read(env, 'GITHUB_WORKSPACE');
      return fileStorage({ destination: target.place, workspace, clock, newMark: randomUUID, signal });
    }
    case 'ssh': {
      const { sshStorage } = await import(/* webpackMode: "eager" */ '../adapters/storage/ssh/store.ts');
      log.mask(target.over.key);
      const { place, over } = target;
      const { temp: files, streams } = context;
      return sshStorage({ destination: place, over, files, streams, clock, newMark: randomUUID, signal });
    }
    case 'bucket':
    default: {
      const { s3Storage } = await import(/* webpackMode: "eager" */ '../adapters/storage/s3/store.ts');
      const { place, service, credentials, encryption } = target;
      for (const secret of [credentials.secretAccessKey, credentials.sessionToken ?? '']) log.mask(secret);
      return s3Storage({
        place,
        service,
        credentials,
        ...(encryption === undefined ? {} : { encryption }),
        proxy: proxyOf(env),
        clock,
        log,
        newMark: randomUUID,
        signal,
      });
    }
  }
}
