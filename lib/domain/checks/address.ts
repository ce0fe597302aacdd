/** Where a connection goes: a name or an address, and a port. */
export interface Address {
  readonly host: string;
  readonly port?: number;
}

/** An IPv6 address has two colons at least, and no port unless it is in brackets. */
const bareIpv6 = /^[0-9a-f.]*(?::[0-9a-f.]*){2,}$/i;
const withPort = /^(?:\[([0-9a-f:.]+)\]|([^:/@\s[\]]+))(?::(\d{1,5}))?$/i;

/** Reads `10.0.0.7`, `shop-0:8443`, `[fd00::1]:8443`, `fd00::1`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  if (bareIpv6.test(text)) return { host: text };
  const [whole, bracketed, plain, port] = withPort.exec(text) ?? [];
  if (whole === undefined || (port !== undefined && !isPort(Number(port)))) return undefined;
  return { host: bracketed ?? plain ?? '', ...(port === undefined ? {} : { port: Number(port) }) };
}

export const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
