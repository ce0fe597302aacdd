import { expect, test } from '@jest/globals';
import { explainFailure } from '../../../lib/domain/checks/explain-failure.ts';

const explain = (code: string, phase = 'connect', message = 'as the system says') =>
  explainFailure({ code, phase, message }, 'https://shop/');

test.each([
  ['ENOTFOUND', 'the DNS name does not exist'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is signed by itself; name its authority with ca'],
  ['EPROTO', 'what answers does not speak TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'what answers does not speak TLS'],
  ['HPE_INVALID_CONSTANT', 'what answers does not speak HTTP'],
  ['HPE_HEADER_OVERFLOW', 'its headers are longer than 16 KiB'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'the server wants a client certificate (cert, key)'],
  [
    'ERR_SSL_SSL_TLS_ALERT_HANDSHAKE_FAILURE',
    'the server does not agree on TLS: it may want a client certificate (cert, key)',
  ],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the server does not accept the client certificate'],
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'ca, cert or key cannot be read'],
  ['ERR_INVALID_CHAR', 'such a request cannot be written'],
  ['EREDIRECTLOOP', 'it redirects in a circle'],
  ['EDOWNGRADE', 'it redirects from https to http'],
  ['ESLOWPATTERN', 'the regular expression is too slow for this text; make it simpler'],
  ['NO_ENDPOINTS', 'nothing is behind the Service: no pod has its labels'],
  ['NOT_FOUND', 'it does not exist'],
])('waiting will not mend %s', (code, words) => {
  expect(explain(code)).toEqual({
    reason: `https://shop/: ${words} (${code}: as the system says)`,
    hopeless: words,
  });
});

test.each([
  ['ECONNREFUSED', 'the connection is refused: nothing listens there'],
  ['ECONNRESET', 'the connection was cut'],
  ['EAI_AGAIN', 'the DNS server does not answer'],
  ['ECUTSHORT', 'the answer was cut short'],
  ['ETOOMANYREDIRECTS', 'it redirects more often than is followed'],
  ['NOT_RUNNING', 'the pod is not running yet'],
  ['ENOBUFS', 'it could not be asked'],
])('%s may pass', (code, words) => {
  expect(explain(code)).toEqual({ reason: `https://shop/: ${words} (${code}: as the system says)` });
});

test.each([
  ['dns', 'the name was looked up'],
  ['connect', 'connecting'],
  ['tls', 'agreeing on TLS'],
  ['request', 'waiting for the first byte'],
  ['body', 'reading the answer'],
])('out of time, it says what was under way: %s', (phase, words) => {
  expect(explain('ETIMEDOUT', phase).reason).toBe(`https://shop/: no answer in time (while ${words})`);
});

test('a code that stands in the message is not said twice; without one the message says it', () => {
  expect(explain('ECONNREFUSED', 'connect', 'connect ECONNREFUSED 127.0.0.1:1').reason).toMatch(
    /\(connect ECONNREFUSED 127\.0\.0\.1:1\)$/,
  );
  expect(explain('').reason).toBe('https://shop/: it could not be asked (as the system says)');
});
