import { expect, test } from '@jest/globals';
import { matchImage, readBack } from '../../../lib/domain/images/matches.ts';
import type { Resolution } from '../../../lib/domain/registry.ts';

const [index, amd64, arm64, config, foreign] = ['a', 'b', 'c', 'd', 'e'].map(
  (digit) => `sha256:${digit.repeat(64)}`,
) as [string, string, string, string, string];
const asked = `ghcr.io/acme/shop:1@${index}`;
const found: Resolution = {
  kind: 'found',
  image: {
    digest: index,
    platforms: [
      { digest: amd64, platform: 'linux/amd64' },
      { digest: arm64, platform: 'linux/arm64' },
    ],
    configs: [config],
  },
};
const absent: Resolution = { kind: 'absent' };
const unknown: Resolution = { kind: 'unknown', reason: '401' };

test.each([
  ['the index', `ghcr.io/acme/shop@${index}`, found, { kind: 'matches', as: 'manifest' }],
  [
    'the index, behind a mirror',
    `mirror.local/acme/shop@${index}`,
    unknown,
    { kind: 'matches', as: 'manifest' },
  ],
  [
    'a platform in it',
    `docker-pullable://ghcr.io/acme/shop@${arm64}`,
    found,
    { kind: 'matches', as: 'platform' },
  ],
  ['a config', config, found, { kind: 'matches', as: 'config' }],
  ['docker with a config', `docker://${config}`, found, { kind: 'matches', as: 'config' }],
  ['something else', `ghcr.io/acme/shop@${foreign}`, found, { kind: 'differs', runs: foreign }],
  [
    'a platform of an image that is gone',
    amd64,
    absent,
    { kind: 'unknown', why: expect.stringMatching(/not in its registry/) },
  ],
  ['a platform, registry silent', amd64, unknown, { kind: 'unknown', why: expect.stringMatching(/401/) }],
  ['nothing yet', '', found, { kind: 'unknown', why: 'it has not started' }],
  ['no digest', 'ghcr.io/acme/shop:1', found, { kind: 'unknown', why: expect.stringMatching(/reports/) }],
])('a runtime that reports %s', (_, imageId, resolution, match) => {
  expect(matchImage(asked, imageId, resolution)).toEqual(match);
});

const rendered = { 'Deployment/web/app': asked, 'Deployment/web/proxy': 'envoy:1', 'Job/migrate/app': asked };
const running = (container: string, imageId: string) => ({
  container,
  pod: 'web-1',
  asked: 'whatever',
  imageId,
});

test('sidecars that nobody asked for are not judged; tags are reported with what runs', () => {
  const back = readBack(
    rendered,
    [
      running('Deployment/web/app', `x@${amd64}`),
      running('Deployment/web/proxy', `envoy@${foreign}`),
      running('Deployment/web/istio-proxy', `istio@${foreign}`),
    ],
    { [asked]: found },
  );
  expect(back).toEqual({
    outcome: 'pass',
    images: { 'Deployment/web/app': asked, 'Deployment/web/proxy': `envoy:1@${foreign}` },
    differing: [],
    unknown: [],
    unseen: ['Job/migrate/app'],
  });
});

test('one differing pod fails, whatever else is unknown', () => {
  const back = readBack(
    rendered,
    [running('Deployment/web/app', `x@${foreign}`), running('Job/migrate/app', '')],
    { [asked]: found },
  );
  expect(back).toMatchObject({
    outcome: 'fail',
    images: { 'Deployment/web/app': `ghcr.io/acme/shop:1@${foreign}` },
    differing: [`Deployment/web/app in pod web-1 runs ${foreign}, not ${asked}`],
    unknown: ['Job/migrate/app in pod web-1: it has not started'],
  });
});

test('not knowing is inconclusive and names the container', () => {
  const back = readBack(rendered, [running('Deployment/web/app', amd64)], { [asked]: unknown });
  expect(back.outcome).toBe('inconclusive');
  expect(back.unknown[0]).toMatch(/Deployment\/web\/app in pod web-1: .*401/);
});

test('an init container has ended, but its pod was seen', () => {
  const withInit = { ...rendered, 'Deployment/web/wait': asked };
  const back = readBack(withInit, [running('Deployment/web/app', `x@${amd64}`)], { [asked]: found });
  expect(back.unseen).toEqual(['Job/migrate/app']);
});
