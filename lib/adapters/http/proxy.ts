/** Which proxy leads to the API, by the rules that helm (Go) follows, so that both take the same way. */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../../domain/kubeconfig.ts';

/** HTTPS_PROXY and NO_PROXY (names, `.suffixes`, addresses, CIDR ranges, each with an optional port), in either case. */
export type ProxySettings = Readonly<Record<string, string | undefined>>;

/** The proxy to use for a server; undefined for a direct way. This machine itself is never asked by proxy. */
export function proxyFor(server: URL, settings: ProxySettings): URL | undefined {
  const httpsProxy = settings['HTTPS_PROXY'] || settings['https_proxy'] || '';
  const noProxy = settings['NO_PROXY'] || settings['no_proxy'] || '';
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (httpsProxy === '' || server.protocol !== 'https:' || isLoopback(server.hostname)) return undefined;
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  if (entries.some((entry) => entry !== '' && covers(entry, host, server.port || '443'))) return undefined;
  return new URL(httpsProxy.includes('://') ? httpsProxy : `http://${httpsProxy}`);
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(entry, host);
  const [, name = entry, onlyPort] =
    /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const suffix = name.replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function inRange(cidr: string, host: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family) return false;
  const range = new BlockList();
  range.addSubnet(network, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return range.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
