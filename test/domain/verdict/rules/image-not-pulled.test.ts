import { expect, test } from '@jest/globals';
import type { Observation, Probe } from '../../../../lib/domain/verdict/types.ts';
import { createEngine } from '../../../../lib/domain/verdict/engine.ts';
import { answer, app, both, image, judged, pod, rollOut, see, stopped, up, warn, type Row } from './scene.ts';
import { web } from '../rollout.ts';

const notFound = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
const denied = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
const broken = `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": pulling from host 127.0.0.1:5000 failed with status code [manifests 2]: 503 Service Unavailable`;
const refused = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "http://127.0.0.1:5000/v2/shop/web/manifests/2": dial tcp 127.0.0.1:5000: connect: connection refused`;
const backOff = (message: string) => `Back-off pulling image "${image}": ErrImagePull: ${message}`;

const failing = (second: number, message: string, reason = 'ErrImagePull') =>
  see(second, pod(stopped(reason, message)));
const probe = (again: boolean): Probe => ({ kind: 'manifest', subject: image, namespace: 'shop', again });
const said = (second: number, first: string, second_ = first): Observation[] => [
  ...answer(second, probe(false), first),
  ...answer(second + 1, probe(true), second_),
];

const rows: Row[] = [
  ['absent, and twice so to us', 'fail 4s', 'fail 4s', rollOut(failing(2, notFound), said(3, 'absent'))],
  ['denied, and twice so to us', 'fail 4s', 'fail 4s', rollOut(failing(2, denied), said(3, 'denied'))],
  [
    'the first words are over when we come: the back-off repeats them',
    'fail 4s',
    'fail 4s',
    rollOut(failing(2, backOff(notFound), 'ImagePullBackOff'), said(3, 'absent')),
  ],
  [
    'an older kubelet repeats nothing, but we have heard it (krane#124)',
    'fail 6s',
    'fail 6s',
    rollOut(
      failing(2, notFound),
      failing(4, `Back-off pulling image "${image}"`, 'ImagePullBackOff'),
      said(5, 'absent'),
    ),
  ],
  [
    'nor have we, but an event tells',
    'fail 6s',
    'fail 6s',
    rollOut(
      failing(4, `Back-off pulling image "${image}"`, 'ImagePullBackOff'),
      warn(4, pod(app({})), 'Failed', 'Error: ErrImagePull', 'app'),
      warn(4, pod(app({})), 'Failed', `Failed to pull image "${image}": ${notFound}`, 'app'),
      said(5, 'absent'),
    ),
  ],
  [
    'absent at the first look, there at the second',
    'fail 64s',
    'fail 184s',
    rollOut(failing(2, notFound), said(3, 'absent', 'present')),
  ],
  [
    'pushed meanwhile, and pulled within the grace',
    'pass 55s',
    'pass 55s',
    rollOut(failing(2, notFound), said(3, 'present'), up(55)),
  ],
  [
    'denied without a pull secret: nodes may hold credentials',
    'fail 32s',
    'fail 182s',
    rollOut(failing(2, denied), said(3, 'unknown')),
  ],
  ['nobody answers us', 'fail 32s', 'fail 182s', rollOut(failing(2, notFound))],
  ['the registry answers 503', 'fail 32s', 'fail 182s', rollOut(failing(2, broken))],
  ['the registry is down', 'fail 32s', 'fail 182s', rollOut(failing(2, refused))],
  [
    'it answered 503 while the image was pushed (15s), then all is well',
    'pass 25s',
    'pass 25s',
    rollOut(failing(2, broken), failing(5, backOff(broken), 'ImagePullBackOff'), up(25)),
  ],
  [
    'the back-off is no new cause, nor the next try an end of it',
    'fail 32s',
    'fail 182s',
    rollOut(failing(2, broken), failing(5, backOff(broken), 'ImagePullBackOff'), failing(20, broken)),
  ],
  [
    'not for this platform',
    'fail 17s',
    'fail 62s',
    rollOut(
      failing(2, `failed to pull and unpack image "${image}": no match for platform in manifest: not found`),
    ),
  ],
  [
    'never pulled',
    'fail 12s',
    'fail 32s',
    rollOut(
      failing(2, `Container image "${image}" is not present with pull policy of Never`, 'ErrImageNeverPull'),
    ),
  ],
  [
    'never pulled, and loaded on the node in time',
    'fail 12s',
    'pass 30s',
    rollOut(
      failing(2, `Container image "${image}" is not present with pull policy of Never`, 'ErrImageNeverPull'),
      up(30),
    ),
  ],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test('off: only what is certain is called', () => {
  expect(judged(rollOut(failing(2, broken)), 'off').at).toBe(600_000);
  expect(judged(rollOut(failing(2, notFound), said(3, 'absent')), 'off').at).toBe(4_000);
});

test.each([
  ['absent', '127.0.0.1:5000 does not have shop/web:2'],
  ['denied', '127.0.0.1:5000 denies shop/web:2 to the pull secret'],
])('%s is called by name, with proof and remedy', (what, cause) => {
  const verdict = judged(rollOut(failing(2, notFound), said(3, what)));
  expect(verdict).toMatchObject({
    outcome: 'fail',
    reason: `Deployment shop/web: pod web-a container app: ${cause}`,
    findings: [{ rule: 'ImageNotPulled', severity: 'terminal', proof: expect.stringContaining('not found') }],
  });
});

test('a pull secret that does not exist is part of the remedy', () => {
  const about = pod(stopped('ErrImagePull', denied));
  const verdict = judged(
    rollOut(
      see(2, about),
      warn(
        2,
        about,
        'FailedToRetrieveImagePullSecret',
        'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
      ),
    ),
  );
  expect(verdict.findings[0]?.remedy).toContain('; its pull secret regcred does not exist');
});

test('a 429 that names the user does not', () => {
  const throttled =
    'failed to pull and unpack image "docker.io/library/nginx:1": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:ab: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit as \'alice\': dckr_jti_x';
  const verdict = judged(
    rollOut(see(2, pod(stopped('ErrImagePull', throttled), { spec: { image: 'nginx:1' } }))),
  );
  expect(verdict.reason).toBe(
    'Deployment shop/web: pod web-a container app: nginx:1 is not pulled: 429 too many requests from docker.io',
  );
  expect(JSON.stringify(verdict)).not.toContain('alice');
});

test('the registry is asked once the kubelet was refused, and again when it refuses us', () => {
  const engine = createEngine({ gated: [web], deadline: 600_000, timeout: 600_000, failFast: 'off' });
  const asked = (...observations: Observation[]) => {
    for (const each of observations) engine.observe(each);
    const judgement = engine.judge(observations.at(-1)?.at ?? 0);
    return judgement.kind === 'waiting' ? judgement.probes : judgement.kind;
  };
  expect(asked(...rollOut(failing(2, broken)))).toEqual([]);
  expect(asked(...failing(3, notFound))).toEqual([probe(false)]);
  expect(asked(...answer(4, probe(false), 'absent'))).toEqual([probe(false), probe(true)]);
  expect(asked(...answer(5, probe(true), 'absent'))).toBe('verdict');
});
