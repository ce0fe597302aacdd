import { expect, test } from '@jest/globals';
import { report } from '../../../actions/promote/report.ts';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { PromotionRecord } from '../../../lib/domain/promotion/record.ts';
import type { ScanRecord } from '../../../lib/domain/promotion/scan-record.ts';
import { attachScan } from '../../../lib/steps/scan-records.ts';
import { describes } from '../../support/memory-registry.ts';
import { Yard, staging } from './memory.ts';

const mirror = { registry: 'b.test', repository: 'shop' };
const destinations = 'a.test/prod/shop\nb.test/shop';

const scanned = (digest: string, outcome: 'pass' | 'fail', at: string): ScanRecord => ({
  schema: 'slipway/scan/v1',
  digest,
  outcome,
  scanner: 'trivy',
  platforms: [],
  reason: outcome === 'pass' ? 'nothing at or above high' : '2 critical',
  at,
  run: 'octo/shop/1/1',
});
const verified = (digest: string, description: string, state = 'success') => ({
  id: 7,
  sha: 'c'.repeat(40),
  task: 'deploy',
  payload: { images: { app: `a.test/staging/shop@${digest}` } },
  statuses: [{ state, description, at: 0, logUrl: '' }],
});

test('all that is required is met: the record and the summary say by what', async () => {
  const yard = new Yard();
  const image = await yard.image();
  yard.signature = { kind: 'good' };
  yard.deployments = { staging: [verified(image.digest, 'staging/shop#4 verified')] };
  await attachScan(
    staging,
    describes(image),
    scanned(image.digest, 'fail', '2026-11-24T00:00:00Z'),
    yard.registry,
  );
  await attachScan(
    staging,
    describes(image),
    scanned(image.digest, 'pass', '2026-11-25T00:00:00Z'),
    yard.registry,
  );
  const given = {
    source: `a.test/staging/shop@${image.digest}`,
    destinations: 'b.test/shop',
    require: 'signature\nscan\nverified-in:staging',
  };

  const result = await yard.promote(given);

  const record = JSON.parse(yard.kept.get('promotion.json') ?? '') as PromotionRecord;
  expect(record.requirements).toEqual([
    { requirement: 'signature', evidence: expect.stringContaining('signed by an identity like ^https') },
    { requirement: 'scan', evidence: 'trivy at 2026-11-25T00:00:00Z: nothing at or above high' },
    { requirement: 'verified-in:staging', evidence: 'record staging/shop#4 is verified (Deployment 7)' },
  ]);
  expect(report(result, yard.inputs(given)).summary).toContain(
    '| `verified-in:staging` | record staging/shop',
  );
  // The scan records went along: both of them.
  expect(await yard.registry.referrers(mirror, image.digest)).toHaveLength(2);
});

test('what is missing is named, all of it at once, and nothing is copied', async () => {
  const yard = new Yard();
  const image = await yard.image();
  await attachScan(
    staging,
    describes(image),
    scanned(image.digest, 'fail', '2026-11-24T00:00:00Z'),
    yard.registry,
  );
  yard.deployments = { staging: [verified(`sha256:${'0'.repeat(64)}`, 'staging/shop#4 verified')] };
  yard.registry.calls.length = 0;

  const refused = yard.promote({
    source: `a.test/staging/shop@${image.digest}`,
    destinations,
    require: 'signature\nscan\nverified-in:staging',
  });

  await expect(refused).rejects.toBeInstanceOf(TargetError);
  await expect(refused).rejects.toMatchObject({
    message: '3 things that are required of it are missing; nothing was copied',
    details: [
      ['signature', expect.stringContaining('no signatures found')],
      ['scan', 'trivy refused it at 2026-11-24T00:00:00Z: 2 critical'],
      ['verified-in:staging', `no Deployment of staging speaks of ${image.digest.slice(0, 19)}`],
    ],
  });
  expect(yard.registry.calls.filter((call) => /^(PUT|COPY)/.test(call))).toEqual([]);
});

test('the newest word on the image decides: verified last week, rejected yesterday', async () => {
  const yard = new Yard();
  const image = await yard.image();
  yard.deployments = {
    staging: [
      verified(image.digest, 'staging/shop#5 rejected: 500', 'failure'),
      verified(image.digest, 'staging/shop#4 verified'),
    ],
  };

  const refused = yard.promote({
    source: `a.test/staging/shop@${image.digest}`,
    destinations,
    require: 'verified-in:staging',
  });

  await expect(refused).rejects.toThrow('verified-in:staging is required, and the newest word on it is');
});

test('no answer is not a no', async () => {
  const yard = new Yard();
  const image = await yard.image();
  yard.deployments = { staging: new UnreachableError('api.github.com could not be reached') };

  const refused = yard.promote({
    source: `a.test/staging/shop@${image.digest}`,
    destinations,
    require: 'signature\nverified-in:staging',
  });

  await expect(refused).rejects.toBeInstanceOf(UnreachableError);
});

test('a public key as text becomes a file for cosign', async () => {
  const yard = new Yard();
  const image = await yard.image();
  yard.signature = { kind: 'good' };
  const key = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----';

  await yard.promote({
    source: `a.test/staging/shop@${image.digest}`,
    tags: 'prod',
    require: 'signature',
    'signature-key': key,
  });

  expect(yard.trusted).toEqual([{ kind: 'public-key', key: '/tmp/signature.pub' }]);
  expect(yard.kept.get('signature.pub')).toBe(`${key}\n`);
});
