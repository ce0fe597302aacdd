import { startFaultProxy } from '../fault-proxy/proxy.ts';
import type { FaultProxy } from '../fault-proxy/proxy.ts';
import { registry } from '../fault-proxy/speech.ts';

export interface RegistryProxy extends Omit<FaultProxy, 'ca'> {
  /** `127.0.0.1:40002`, plain HTTP: images are named by it instead of by the registry's own address. */
  address: string;
  stop(): Promise<void>;
}

/** Starts a way to a registry that fails on demand; what the registry calls itself leads through it too. */
export async function startRegistryProxy(address: string): Promise<RegistryProxy> {
  const proxy = await startFaultProxy({ url: `http://${address}` }, registry);
  return Object.assign(proxy, {
    address: new URL(proxy.url).host,
    stop: async () => proxy[Symbol.asyncDispose](),
  });
}
