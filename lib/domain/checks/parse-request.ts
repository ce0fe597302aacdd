/** The parts that a check and an identity share: what is asked, and the way there. */
import { isPort, parseAddress } from './address.ts';
import { kindOf } from './fields.ts';
import type { Fields } from './fields.ts';
import type { HttpRequest, TlsTrust, Via } from './types.ts';

export const requestKeys = [
  'method',
  'headers',
  'body',
  'redirects',
  'ca',
  'cert',
  'key',
  'insecure',
  'resolve',
  'via',
] as const;

const followed = 5;

/** Reads the request to `target`: a URL, or a path where `via` says which Service or pod it is a path of. */
export function readRequest(
  fields: Fields,
  key: string,
  target: string,
  namespace: string,
): { request: HttpRequest; via?: Via } {
  const via = readVia(fields, namespace);
  const isPath = target.startsWith('/');
  const url = via !== undefined && isPath ? `http://${via.name}.${via.namespace}${target}` : target;
  // With a `via` that cannot be read, that is the fault.
  if (target !== '' && !isHttp(url) && !(isPath && fields.has('via')))
    fields.fault(
      key,
      isPath ? 'a path needs via: service/name:port' : 'must be an http:// or https:// URL',
      quoted(target),
    );
  if (via !== undefined && fields.has('resolve'))
    fields.fault('resolve', 'belongs to a URL; via says the way already');
  const resolve = fields.text('resolve');
  if (resolve !== '' && parseAddress(resolve) === undefined)
    fields.fault('resolve', anAddress, quoted(resolve));
  return {
    request: {
      url,
      method: readMethod(fields),
      headers: readHeaders(fields),
      ...(fields.has('body') ? { body: fields.text('body') } : {}),
      redirects: readRedirects(fields),
      tls: readTrust(fields),
      ...(resolve === '' ? {} : { resolve }),
    },
    ...(via === undefined ? {} : { via }),
  };
}

/** What `resolve` and `replicas` say. */
export const anAddress =
  'must be an address, with or without a port: 10.0.0.7, 10.0.0.7:8443, [fd00::1]:8443';

const isHttp = (url: string): boolean =>
  URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol) && new URL(url).hostname !== '';

/** Shown to the author, unless a password may stand before the @. */
const quoted = (target: string): string | undefined =>
  target.includes('@') ? undefined : JSON.stringify(target);

function readMethod(fields: Fields): string {
  const method = fields.text('method', 'GET').toUpperCase();
  if (!/^[A-Z]+$/.test(method) || method === 'CONNECT')
    fields.fault('method', 'must be a method of HTTP: GET, HEAD, POST, PUT', JSON.stringify(method));
  return method;
}

/** RFC 9110: what a header's name is made of. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;
/** A line break would begin a header of its own; what is beyond Latin-1 has no form in one. */
// eslint-disable-next-line no-control-regex
const headerText = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function readHeaders(fields: Fields): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of fields.entries('headers')) {
    const isText = ['string', 'number', 'boolean'].includes(typeof value);
    if (!token.test(name)) fields.fault('headers', 'is no name of a header', JSON.stringify(name));
    else if (!isText) fields.fault(`headers.${name}`, 'must be text', kindOf(value));
    else if (!headerText.test(String(value)))
      fields.fault(
        `headers.${name}`,
        'must be one line of plain text: it has a line break or a character beyond Latin-1',
      );
    else headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

export function readTrust(fields: Fields): TlsTrust {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => pem(fields, name));
  if ((cert === '') !== (key === ''))
    fields.fault(cert === '' ? 'cert' : 'key', 'a client certificate needs both cert and key');
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    insecure: fields.flag('insecure'),
  };
}

function pem(fields: Fields, name: string): string {
  const text = fields.text(name);
  if (text !== '' && !text.includes('-----BEGIN')) fields.fault(name, 'must be PEM: -----BEGIN …');
  return text;
}

function readRedirects(fields: Fields): number {
  const value = fields.raw('redirects');
  if (value === undefined || value === 'follow') return followed;
  if (value === 'none') return 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 20) return value;
  fields.fault('redirects', 'must be follow, none, or how many from 0 to 20', JSON.stringify(value));
  return followed;
}

/** `service/shop:80`, `pod/shop-0:8080`. */
export function readVia(fields: Fields, namespace: string): Via | undefined {
  const text = fields.text('via');
  if (text === '') return undefined;
  const [, kind, name = '', port] = /^(service|svc|pod)\/([a-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  if (kind === undefined || !isPort(Number(port))) {
    fields.fault('via', 'must be service/name:port or pod/name:port', JSON.stringify(text));
    return undefined;
  }
  if (namespace === '') fields.fault('via', 'needs the input namespace');
  return { kind: kind === 'pod' ? 'pod' : 'service', name, namespace, port: Number(port) };
}

/** `host:port`, IPv6 in brackets. */
export function readHostPort(fields: Fields, key: string, text: string): { host: string; port: number } {
  const { host, port = 0 } = parseAddress(text) ?? { host: '' };
  if (text !== '' && port === 0) fields.fault(key, 'must be host:port', quoted(text));
  return { host, port };
}
