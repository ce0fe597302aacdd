/** What a connection that did not come about means, in words, and whether waiting can mend it. */
import { oneLine } from '../words.ts';
import type { Miss } from './types.ts';

export interface Failed {
  /** The system's, or TLS's own: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code: string;
  readonly phase: string;
  readonly message: string;
}

/** Nothing that the service does will change these: a name, a certificate, a way that is not there. */
const hopeless: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the DNS name does not exist',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself; name its authority with ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in one signed by itself; name its authority with ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate is signed by an authority that is not known here; name it with ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate is signed by an authority that is not known here; name it with ca',
  UNABLE_TO_GET_ISSUER_CERT: 'a certificate of the chain is missing',
  NO_ENDPOINTS: 'nothing is behind the Service: no pod has its labels',
  NOT_FOUND: 'it does not exist',
  NOT_FORWARDABLE: 'kubectl cannot forward there',
  EREDIRECTLOOP: 'it redirects in a circle',
  EDOWNGRADE: 'it redirects from https to http',
  EUNSUPPORTED: 'it redirects to something that is not http',
  ESLOWPATTERN: 'the regular expression is too slow for this text; make it simpler',
};

const wrong: readonly (readonly [RegExp, string])[] = [
  [/^HPE_HEADER_OVERFLOW$/, 'its headers are longer than 16 KiB'],
  [/^HPE_/, 'what answers does not speak HTTP'],
  [
    /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG))$/,
    'what answers does not speak TLS',
  ],
  [
    /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE)/,
    'the server wants a client certificate (cert, key)',
  ],
  [
    /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE/,
    'the server does not agree on TLS: it may want a client certificate (cert, key)',
  ],
  [/^ERR_SSL_.*ALERT_(UNKNOWN_CA|CERTIFICATE_UNKNOWN)/, 'the server does not accept the client certificate'],
  [/^ERR_OSSL_/, 'ca, cert or key cannot be read'],
  [/^ERR_(INVALID|UNESCAPED)_/, 'such a request cannot be written'],
];

const passing: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused: nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EAI_AGAIN: 'the DNS server does not answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  ETIMEDOUT: 'no answer in time',
  ECUTSHORT: 'the answer was cut short',
  ETOOMANYREDIRECTS: 'it redirects more often than is followed',
  EPROXY: 'the proxy refused',
  NOT_RUNNING: 'the pod is not running yet',
};

/** One line for a person. `target` is what was asked. */
export function explainFailure({ code, phase, message }: Failed, target: string): Miss {
  const never = hopeless[code] ?? wrong.find(([form]) => form.test(code))?.[1];
  const words = never ?? passing[code] ?? 'it could not be asked';
  const told = oneLine(code === '' || message.includes(code) ? message : `${code}: ${message}`);
  const detail = code === 'ETIMEDOUT' ? ` (while ${phases[phase] ?? phase})` : ` (${told})`;
  return { reason: `${target}: ${words}${detail}`, ...(never === undefined ? {} : { hopeless: words }) };
}

const phases: Readonly<Record<string, string>> = {
  dns: 'the name was looked up',
  connect: 'connecting',
  tls: 'agreeing on TLS',
  request: 'waiting for the first byte',
  body: 'reading the answer',
  timeout: 'asking',
};
