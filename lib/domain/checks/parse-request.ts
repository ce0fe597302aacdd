/** The parts that a check and an identity share: what is asked, and the way there. */
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
  const url =
    via !== undefined && target.startsWith('/') ? `http://${via.name}.${via.namespace}${target}` : target;
  if (!isHttp(url)) {
    const path = target.startsWith('/')
      ? 'a path needs via: service/name:port'
      : 'must be an http:// or https:// URL';
    fields.fault(key, path, JSON.stringify(target));
  }
  if (via !== undefined && fields.has('resolve'))
    fields.fault('resolve', 'belongs to a URL; via says the way already');
  const resolve = fields.text('resolve');
  return {
    request: {
      url,
      method: fields.text('method', 'GET').toUpperCase(),
      headers: Object.fromEntries(
        fields.entries('headers').flatMap(([name, value]) => {
          if (typeof value === 'string' || typeof value === 'number')
            return [[name.toLowerCase(), String(value)]];
          fields.fault(`headers.${name}`, 'must be text');
          return [];
        }),
      ),
      ...(fields.has('body') ? { body: fields.text('body') } : {}),
      redirects: readRedirects(fields),
      tls: readTrust(fields),
      ...(resolve === '' ? {} : { resolve }),
    },
    ...(via === undefined ? {} : { via }),
  };
}

const isHttp = (url: string): boolean =>
  URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol) && new URL(url).hostname !== '';

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
  if (kind === undefined) {
    fields.fault('via', 'must be service/name:port or pod/name:port', JSON.stringify(text));
    return undefined;
  }
  if (namespace === '') fields.fault('via', 'needs the input namespace');
  return { kind: kind === 'pod' ? 'pod' : 'service', name, namespace, port: Number(port) };
}

/** `host:port`, IPv6 in brackets. */
export function readHostPort(fields: Fields, key: string, text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    fields.fault(key, 'must be host:port', JSON.stringify(text));
  return { host, port: Number(port ?? 0) };
}
