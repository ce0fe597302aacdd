import { expect, test } from '@jest/globals';
import { readFailure } from '../../../lib/domain/build/failure.ts';

/** What buildx 0.38 with BuildKit 0.34 printed, addresses shortened. */
const command = `#6 [build 3/3] RUN echo 503 service unavailable && exit 3
#6 0.348 503 service unavailable
#6 ERROR: process "/bin/sh -c echo 503 service unavailable && exit 3" did not complete successfully: exit code: 3
------
 > [build 3/3] RUN echo 503 service unavailable && exit 3:
0.348 503 service unavailable
------
Dockerfile:3
--------------------
   1 |     FROM r/base:1 AS build
   2 |     RUN echo hi
   3 | >>> RUN echo 503 service unavailable && exit 3
   4 |     
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c echo 503 service unavailable && exit 3" did not complete successfully: exit code: 3`;

test('a command of the Dockerfile: which step, what it said, and the Dockerfile around it', () => {
  const failure = readFailure(command.split('\n'));
  expect(failure).toMatchObject({
    kind: 'dockerfile',
    step: '[build 3/3] RUN echo 503 service unavailable && exit 3',
    message:
      'process "/bin/sh -c echo 503 service unavailable && exit 3" did not complete successfully: exit code: 3',
  });
  expect(failure.lines[1]).toBe(' > [build 3/3] RUN echo 503 service unavailable && exit 3:');
  expect(failure.lines).toContain('   3 | >>> RUN echo 503 service unavailable && exit 3');
});

const solve = 'ERROR: failed to build: failed to solve: ';
const push = `${solve}failed to push r/team/app: `;
const from = `${solve}r/nope:1: failed to resolve source metadata for r/nope:1: `;

test.each([
  ['dockerfile', `${solve}dockerfile parse error on line 2: unknown instruction: RUNX (did you mean RUN?)`],
  ['dockerfile', `${solve}target stage "nope" could not be found`],
  [
    'dockerfile',
    `${solve}failed to compute cache key: failed to calculate checksum of ref jtu::urx: "/nothere": not found`,
  ],
  ['dockerfile', `${solve}secret foo: not found`],
  ['dockerfile', `${solve}base name ($X) should not be blank`],
  ['missing-base', `${from}r/nope:1: not found`],
  [
    'missing-base',
    `${from}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
  ],
  ['missing-base', `${from}no match for platform in manifest: not found`],
  ['denied', `${from}unexpected status from HEAD request to http://r/v2/nope/manifests/1: 401 Unauthorized`],
  [
    'denied',
    `${push}unexpected status from HEAD request to http://r/v2/team/app/blobs/sha256:44f: 401 Unauthorized`,
  ],
  ['denied', `${push}denied: permission_denied: write_package`],
  ['denied', `${push}failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden`],
  [
    'busy-registry',
    `${push}unexpected status from PUT request to http://r/v2/team/app/manifests/x: 503 Service Unavailable`,
  ],
  ['busy-registry', `${push}unexpected status from POST request to http://r/v2/x/: 429 Too Many Requests`],
  [
    'busy-registry',
    `${push}failed to do request: Put "http://r/v2/": read tcp 1->2: connection reset by peer`,
  ],
  [
    'busy-registry',
    `${push}failed to do request: Head "http://r/v2/": dial tcp 127.0.0.1:9: connect: connection refused`,
  ],
  ['busy-registry', `${push}failed to do request: Put "https://r/v2/": EOF`],
  ['busy-registry', `${push}failed to do request: Head "https://r/v2/": net/http: TLS handshake timeout`],
  [
    'busy-registry',
    `${from}failed to copy: httpReadSeeker: failed open: unexpected status code: 502 Bad Gateway`,
  ],
  ['busy-registry', `${from}toomanyrequests: You have reached your pull rate limit`],
  [
    'busy-registry',
    `${push}unknown: provided digest did not match uploaded content - invalid digest for referenced layer: sha256:da2, content does not match digest`,
  ],
  ['disk-full', `${solve}failed to copy files: write /var/lib/x: no space left on device`],
  ['disk-full', 'ERROR: failed to write metadata file: write build-metadata.json: no space left on device'],
  [
    'builder',
    'ERROR: failed to build: failed to connect to the docker API at unix:///var/run/docker.sock: connect: connection refused',
  ],
  [
    'builder',
    'ERROR: failed to list workers: Unavailable: connection error: desc = "transport: Error while dialing: dial unix /tmp/buildkitd.sock: connect: connection refused"',
  ],
  ['builder', 'ERROR: no builder "mine" found'],
  ['unknown', `${solve}something new`],
  ['unknown', ''],
])('%s: %s', (kind, line) => {
  expect(readFailure(['#1 [internal] load build definition', line]).kind).toBe(kind);
});

test("a push that ends in the registry's own words is judged by the status before them", () => {
  const answered = (status: string): string[] => [
    `#8 7.045 error: unexpected status from POST request to http://r/v2/team/app/blobs/uploads/: ${status}`,
    '#8 7.045 unknown: come back later',
    'ERROR: failed to build: failed to solve: failed to push r/team/app: unknown: come back later',
  ];
  expect(readFailure(answered('503 Service Unavailable')).kind).toBe('busy-registry');
  expect(readFailure(answered('403 Forbidden')).kind).toBe('denied');
  expect(readFailure(answered('418 I am a teapot')).kind).toBe('unknown');
});

test('nothing said', () => {
  expect(readFailure([])).toEqual({
    kind: 'unknown',
    message: 'it said nothing',
    step: undefined,
    lines: [],
  });
});
