import { describe, expect, test } from '@jest/globals';
import { neverDeployed, saysOf } from '../../../lib/domain/promotion/verified-in.ts';
import type { Deployed } from '../../../lib/domain/promotion/verified-in.ts';
import { statusLine } from '../../../lib/domain/record/status-line.ts';
import { record } from '../record/samples.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const other = `sha256:${'cd'.repeat(32)}`;
/** Begins as ours does. */
const lookalike = `${digest.slice(0, 40)}${'0'.repeat(31)}`;
const pinned = (of: string): unknown => ({ images: { 'Deployment/web/app': `r.test/shop@${of}` } });

const deployed = (payload: unknown, ...statuses: [state: string, description: string][]): Deployed => ({
  id: 7,
  payload,
  statuses: statuses.map(([state, description]) => ({ state, description, at: 0 })),
});
const verified: [string, string] = ['success', 'prod/shop#4 verified sha256:abababababab'];

test.each<[string, Deployed, boolean | undefined]>([
  ['verified', deployed(pinned(digest), verified), true],
  [
    'verified, and replaced since: GitHub says inactive without a word',
    deployed(pinned(digest), ['inactive', ''], verified),
    true,
  ],
  ['verified, by the description alone', deployed({}, verified), true],
  [
    'verified without a digest in the description',
    deployed(pinned(digest), ['success', 'prod/shop#4 verified']),
    true,
  ],
  ['only ready', deployed(pinned(digest), ['success', 'prod/shop#4 ready sha256:abababababab']), false],
  [
    'failed a check afterwards',
    deployed(
      pinned(digest),
      ['failure', 'prod/shop#4 ready sha256:abababababab, but smoke-test: 500'],
      verified,
    ),
    false,
  ],
  [
    'rejected afterwards',
    deployed(pinned(digest), ['failure', 'prod/shop#4 rejected: /checkout answered 500'], verified),
    false,
  ],
  [
    'said to be verified, but the status is a failure',
    deployed(pinned(digest), ['failure', verified[1]]),
    false,
  ],
  ['still on its way', deployed(pinned(digest), ['in_progress', 'prod/shop#4 planned']), false],
  [
    'another image',
    deployed(pinned(other), ['success', 'prod/shop#4 verified sha256:cdcdcdcdcdcd']),
    undefined,
  ],
  ['another image that begins alike', deployed(pinned(lookalike), verified), undefined],
  [
    'another image, by the description',
    deployed({}, ['success', 'prod/shop#4 verified sha256:cdcdcdcdcdcd']),
    undefined,
  ],
  [
    'no word of ours',
    deployed(pinned(digest), ['success', ''], ['success', 'deployed by hand, verified']),
    undefined,
  ],
  ['nothing at all', deployed(null), undefined],
])('%s', (_, deployment, met) => {
  expect(saysOf(digest, deployment)?.met).toBe(met);
});

test('it reads what deploy-helm and smoke-test write', () => {
  const shipped = record(4, { state: 'verified' });
  const image = Object.values(shipped.to.images)[0]?.split('@')[1] ?? '';
  const said = saysOf(image, deployed({ images: shipped.to.images }, ['success', statusLine(shipped)]));
  expect(said).toEqual({ met: true, evidence: 'record prod/shop#4 is verified (Deployment 7)', at: 0 });
});

describe("several images in a job's own Deployment, whose payload is GitHub's", () => {
  const hex = (nth: number): string => String(nth).padStart(12, '0');
  const digestOf = (nth: number): string => `sha256:${hex(nth).padEnd(64, 'f')}`;
  const shippedWith = (images: number) =>
    record(4, {
      state: 'verified',
      to: {
        ...record(4).to,
        images: Object.fromEntries(
          Array.from({ length: images }, (_, nth) => [`Deployment/web/${nth}`, `r.test/x@${digestOf(nth)}`]),
        ),
      },
    });
  const met = (images: number): (boolean | undefined)[] => {
    const gitHubs = deployed('', ['success', statusLine(shippedWith(images))]);
    return Array.from({ length: images }, (_, nth) => saysOf(digestOf(nth), gitHubs)?.met);
  };

  test('each was verified', () => {
    expect(statusLine(shippedWith(3))).toBe(`prod/shop#4 verified sha256:${hex(0)},${hex(1)},${hex(2)}`);
    expect(met(3)).toEqual([true, true, true]);
  });

  test('as many as fit are named, the others are not known', () => {
    expect(met(9).filter(Boolean)).toHaveLength(8);
    expect(statusLine(shippedWith(9)).length).toBeLessThanOrEqual(140);
  });

  test('an image in two containers is named once', () => {
    const two = { app: `r.test/x@${digestOf(1)}`, init: `r.test/x@${digestOf(1)}` };
    const once = record(4, { to: { ...record(4).to, images: two } });
    expect(statusLine(once)).toBe(`prod/shop#4 ready sha256:${hex(1)}`);
  });

  test('what is said behind them is not cut off', () => {
    const line = statusLine(shippedWith(20), ': nothing had been applied');
    expect(line.length).toBeLessThanOrEqual(140);
    expect(line).toMatch(/,\d{12}: nothing had been applied$/);
    const failed = statusLine(shippedWith(2), ', but smoke-test: 500');
    expect(saysOf(digestOf(1), deployed('', ['failure', failed]))?.met).toBe(false);
  });
});

test('what is missing is said with what to do', () => {
  expect(
    saysOf(digest, deployed(pinned(digest), ['success', 'prod/shop#4 ready sha256:abababababab'])),
  ).toMatchObject({
    why: 'the newest word on it is "prod/shop#4 ready sha256:abababababab" (Deployment 7: success)',
    remedy: expect.stringContaining('let smoke-test prove it'),
  });
  expect(neverDeployed(digest, 'staging')).toMatchObject({
    why: 'no Deployment of staging speaks of sha256:abababababab',
  });
});
