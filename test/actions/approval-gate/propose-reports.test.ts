import { expect, test } from '@jest/globals';
import { report } from '../../../actions/approval-gate/report.ts';
import { record } from '../../domain/record/samples.ts';
import { Gate, digest, image } from './gate.ts';

const asked = { mode: 'propose', environment: 'production', images: image };

const told = (
  action: string,
  result: string,
  reason: string,
  { hoursAgo = 0, ...data }: { hoursAgo?: number; environment?: string; plan?: object; record?: object } = {},
) =>
  JSON.stringify({
    schema: 'slipway/report/v1',
    action,
    result,
    reason,
    endedAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
    by: { run: '100' },
    data,
  });

const changing = { changes: ['! Deployment shop (+1 -1)', '+ ConfigMap colors'] };

test('what steps before said, and what failed among it', async () => {
  await using gate = await Gate.open();
  const verified = record(9, {
    verdicts: [
      {
        name: 'smoke-test',
        outcome: 'pass',
        reason: '4 checks, p95 31 ms',
        at: '2026-11-26T08:00:00.000Z',
        by: record(9).by,
      },
    ],
  });
  await gate.write({
    'proven/record-1f.json': JSON.stringify(verified),
    'told/check-81f2.json': told('backup-db', 'failure', 'the newest proven backup is 31 hours old'),
    'dry.json': told('deploy-helm', 'success', 'would change 2 objects', {
      environment: 'Production',
      plan: {
        ...changing,
        warnings: ['1 of 2 pods may be gone at once'],
        advice: [{ subject: 'Deployment shop', why: 'no readiness probe' }],
      },
    }),
  });

  const result = await gate.run({ ...asked, record: 'proven/*.json', reports: 'told/*.json\ndry.json' });

  const text = report(result).summary;
  expect(text).toContain('> ⚠️ backup-db: the newest proven backup is 31 hours old');
  expect(text).toContain('4 checks, p95 31 ms');
  expect(text).toContain('2 warnings of the preflight in Production');
  expect(text).toMatch(/What it would change in production \(just now\)/);
  expect(text).toContain('! Deployment shop (+1 -1)\n+ ConfigMap colors');
  expect(text).toContain(`does not prove ${digest.slice(0, 19)}`);
});

test('what was said long ago says so', async () => {
  await using gate = await Gate.open();
  await gate.write({
    'check.json': told('backup-db', 'success', 'the newest backup is 3h00m old', { hoursAgo: 80 }),
    'staging.json': told('deploy-helm', 'success', 'shop is ready', {
      hoursAgo: 2,
      record: { environment: 'staging' },
    }),
  });

  const text = report(await gate.run({ ...asked, reports: 'check.json\nstaging.json' })).summary;
  expect(text).toContain('| the newest backup is 3h00m old | this run<br>3 days ago |');
  expect(text).toContain('| shop is ready | this run, staging<br>2 h ago |');
});

test.each([
  ['of another environment', 'staging', 'was of staging, not of production'],
  ['of no environment that it names', '', 'names no environment; give it `environment: production`'],
])('a dry run %s is not what would change there', async (_what, environment, why) => {
  await using gate = await Gate.open();
  await gate.write({
    'dry.json': told('deploy-helm', 'success', 'dry run', { environment, plan: changing }),
  });

  const text = report(await gate.run({ ...asked, reports: 'dry.json' })).summary;
  expect(text).toContain(`is not known: the dry run of deploy-helm ${why}`);
  expect(text).not.toContain('ConfigMap colors');
});
