import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSlipwayFile } from '../../lib/domain/environments/parse-file.ts';
import { workTree } from '../../sandbox/act/published.ts';
import { jobOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, endsOf, inputsOf, proposalOf, ranOf, refusedOf } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

/** release-in-one-step.yml: the root action behind its gate. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open();
});
afterAll(() => wiring[Symbol.asyncDispose]());

const digest = `sha256:${'a'.repeat(64)}`;
const image = `ghcr.io/acme/shop:1.4.2@${digest}`;
const proposal = proposalOf('production', digest);
const database = 'engine: postgresql\nurl: postgresql://shop@db.example.com/shop\n';

const ship = (ends: Ends = {}): Promise<Played> =>
  wiring.play('release-in-one-step.yml', {
    event: { name: 'workflow_dispatch', payload: { inputs: { image } } },
    ends,
    secrets: { DATABASE: database, MIGRATION_URL: 'a-url', BACKUP_KEY_ID: 'an-id', BACKUP_KEY: 'a-key' },
    says: { 'approval-gate': { proposal } },
  });

test('the file that its head tells to write is one, and has every phase', () => {
  const head = readFileSync(join(workTree, 'workflows-examples', 'release-in-one-step.yml'), 'utf8');
  const [text = ''] = /environments:\n(?:  .+\n|\w.+\n)+/.exec(head.replaceAll(/^# {5}/gm, '')) ?? [];
  const { file, faults } = parseSlipwayFile(text, '.github/slipway.yml');
  expect(faults).toEqual([]);
  expect(Object.keys(file.release ?? {})).toEqual(
    expect.arrayContaining(['deploy', 'backup', 'migration', 'smoke']),
  );
});

test.concurrent('what was approved is what the one step gets', async () => {
  const run = await ship();

  expect(endsOf(run)).toEqual({ propose: 'success', production: 'success' });
  expect(inputsOf(jobOf(run, 'production'), 'release')).toMatchObject({
    environment: 'production',
    images: `image=${image}`,
    proposal,
  });
  expect(Object.keys(run.artifacts)).toContain('release-record-production');
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent.each<[string, Ends, string[], object]>([
  ['the gate is shut', { 'approval-gate': 'failure' }, [], { propose: 'failure', production: 'skipped' }],
  ['the release was taken back', { release: 'failure' }, ['gate', 'release'], { production: 'failure' }],
])('%s: the job is red', async (_what, ends, ran, expected) => {
  const run = await ship(ends);

  expect(endsOf(run)).toMatchObject(expected);
  expect(ranOf(jobOf(run, 'production'), ['gate', 'release'])).toEqual(ran);
});
