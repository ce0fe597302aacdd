import { expect, test } from '@jest/globals';
import {
  nameInRegistry,
  pullCause,
  pullTrouble,
  pullWords,
  sayPull,
} from '../../../lib/domain/workloads/pull-trouble.ts';

const image = 'docker.io/shop/denied:404';
const reference = (words: string) =>
  `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${words}`;

test.each([
  [reference(`${image}: not found`), 'absent'],
  [`rpc error: code = NotFound desc = failed to pull and unpack image "${image}"`, 'absent'],
  [reference('pulling from host r.io failed with status code [manifests 503]: 404 Not Found'), 'absent'],
  ['Error response from daemon: manifest for x:1 not found: manifest unknown: manifest unknown', 'absent'],
  [
    reference(
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ),
    'denied',
  ],
  [reference('pulling from host r.io failed with status code [manifests 404]: 401 Unauthorized'), 'denied'],
  [
    reference('unexpected status from HEAD request to https://r.io/v2/x/manifests/1: 403 Forbidden'),
    'denied',
  ],
  [
    reference('failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'),
    'denied',
  ],
  [reference('no basic auth credentials'), 'denied'],
  [
    reference(
      'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token": dial tcp: lookup auth.docker.io on 10.96.0.10:53: no such host',
    ),
    'unreachable',
  ],
  [
    reference('failed to do request: Head "https://r.io:5000/v2/": dial tcp 10.0.0.7:5000: i/o timeout'),
    'unreachable',
  ],
  [
    reference('failed to do request: Head "https://r.io/v2/": net/http: TLS handshake timeout'),
    'unreachable',
  ],
  [reference('failed to do request: Head "https://r.io/v2/": EOF'), 'unreachable'],
  [reference('pulling from host r.io failed with status code [manifests 1]: 502 Bad Gateway'), 'unreachable'],
  [
    reference(
      'unexpected status from HEAD request to https://r.io/v2/x/manifests/1: 500 Internal Server Error',
    ),
    'unreachable',
  ],
  [reference('failed to authorize: failed to fetch oauth token: unexpected status: 503'), 'unreachable'],
  [`image pull failed for ${image} because the registry is unavailable`, 'unreachable'],
  [
    reference('pulling from host r.io failed with status code [manifests 1]: 429 Too Many Requests'),
    'throttled',
  ],
  ["toomanyrequests: You have reached your pull rate limit as 'alice'", 'throttled'],
  [`failed to pull and unpack image "${image}": no match for platform in manifest: not found`, 'platform'],
  [reference('tls: failed to verify certificate: x509: certificate signed by unknown authority'), 'unclear'],
  ['failed to pull and unpack image: failed to extract layer: write /x: no space left on device', 'unclear'],
  ['', 'unclear'],
])('%s → %s', (message, expected) => {
  expect(pullTrouble(message, image)).toBe(expected);
});

test.each([
  ['Back-off pulling image "x:1"', ''],
  ['Back-off pulling image "x:1": ErrImagePull: x:1: not found', 'x:1: not found'],
  ['x:1: not found', 'x:1: not found'],
])('what %s leaves', (message, words) => {
  expect(pullWords(message)).toBe(words);
});

test('a 429 is told without its text', () => {
  expect(sayPull("429 Too Many Requests: pull rate limit as 'alice'", 'r.io/x:1')).toBe(
    '429 too many requests from r.io',
  );
  expect(sayPull('Back-off pulling image "x:1"', 'x:1')).toBe('Back-off pulling image "x:1"');
});

const refused = 'dial tcp 127.0.0.1:5000: connect: connection refused';
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  [reference(`${image}: not found`), 'not found'],
  [`Back-off pulling image "${image}": ErrImagePull: ${reference(`${image}: not found`)}`, 'not found'],
  [`Failed to pull image "${image}": ${reference(`${image}: not found`)}`, 'not found'],
  [
    reference(`failed to do request: Head "http://127.0.0.1:5000/v2/shop/web/manifests/2": ${refused}`),
    refused,
  ],
  [
    reference('failed to do request: Head "https://r.io/v2/": x509: certificate signed by unknown authority'),
    'r.io: x509: certificate signed by unknown authority',
  ],
  [
    reference(
      `pulling from host r.io failed with status code [manifests ${digest}]: 503 Service Unavailable`,
    ),
    'pulling from host r.io failed with status code [manifests sha256:0123456789ab…]: 503 Service Unavailable',
  ],
  [
    reference(
      'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=x": dial tcp: lookup auth.docker.io: no such host',
    ),
    'dial tcp: lookup auth.docker.io: no such host',
  ],
  [reference("429 Too Many Requests: pull rate limit as 'alice'"), '429 too many requests from docker.io'],
  [
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}"`,
    `failed to pull and unpack image "${image}"`,
  ],
  ['', ''],
])('the cause alone of %s', (message, cause) => {
  expect(pullCause(message, image)).toBe(cause);
});

test('an image is named once, after its registry', () => {
  expect(nameInRegistry(`r.io:5000/shop/web:2@${digest}`)).toBe('shop/web:2@sha256:0123456789ab…');
  expect(nameInRegistry('nginx:1')).toBe('nginx:1');
});
