import { expect, test } from '@jest/globals';
import { limited } from '../../../lib/adapters/probes/limit.ts';

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test('a name with several addresses, none of which answers: the first error stands for all', () => {
  using limit = limited({ timeout: 1_000 });
  const errors = [
    coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:80'),
    coded('ETIMEDOUT', 'connect ETIMEDOUT 127.0.0.1:80'),
  ];
  const together = Object.assign(new AggregateError(errors, ''), { code: 'ECONNREFUSED' });
  expect(limit.failure(together)).toMatchObject({
    phase: 'dns',
    code: 'ECONNREFUSED',
    message: 'connect ECONNREFUSED ::1:80',
    cause: together,
  });
});

test.each([
  [
    'EPROTO',
    'write EPROTO 40AD81A6097F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../deps/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 40\n',
    'ERR_SSL_SSL_TLS_ALERT_HANDSHAKE_FAILURE',
    'ssl/tls alert handshake failure',
  ],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    '40AD81A6097F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/x.c:77:\n',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'wrong version number',
  ],
  ['EPROTO', 'write EPROTO', 'EPROTO', 'write EPROTO'],
])('of OpenSSL the words alone: %s %s', (code, message, plainCode, words) => {
  using limit = limited({ timeout: 1_000 });
  expect(limit.failure(coded(code, message))).toMatchObject({ code: plainCode, message: words });
});
