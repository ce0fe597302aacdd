import { startFaultProxy } from '../fault-proxy/proxy.ts';
import type { FaultProxy } from '../fault-proxy/proxy.ts';
import { objectStore } from '../fault-proxy/speech.ts';
import type { StorageServer } from './server.ts';

/** Starts a way to an object store that fails on demand. Signatures hold through it: the store hears the proxy's name. */
export const startStorageProxy = ({ url }: Pick<StorageServer, 'url'>): Promise<Omit<FaultProxy, 'ca'>> =>
  startFaultProxy({ url }, objectStore);
