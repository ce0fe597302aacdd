import { expect, test } from '@jest/globals';
import type { RepositorySeed, RunSeed } from '../../../sandbox/github/seed.ts';
import { Gate, image } from './gate.ts';
import { play } from './play.ts';

type Approvals = NonNullable<RunSeed['approvals']>;
const by = (user: string, state: Approvals[number]['state'] = 'approved'): Approvals[number] => ({
  environments: ['production'],
  state,
  user,
});
/** The run in its second attempt. GitHub's list of approvals does not say of which attempt one is. */
const again = (...approvals: Approvals): Partial<RepositorySeed> => ({
  runs: [{ id: 100, actor: 'ada', attempt: 2, approvals }],
});
test('approved in the first attempt, re-run with all jobs, then bypassed: shut', async () => {
  const result = await play({ seed: again(), before: [by('grace')], attempt: 2, proposedIn: 2 });

  expect(result).toMatchObject({
    result: 'failure',
    reason: expect.stringMatching(/nobody approved it since it was proposed/),
  });
});

test.each<[string, Approvals, string]>([
  ['somebody approves again', [by('grace')], 'linus'],
  ['it was rejected the first time', [by('grace', 'rejected')], 'linus'],
])('%s: open, by who approved last', async (_what, before, who) => {
  const result = await play({ seed: again(by(who)), before, attempt: 2, proposedIn: 2 });

  expect(result).toMatchObject({ result: 'success', reason: expect.stringContaining(`${who} approved`) });
});

test('re-run with the failed jobs alone: the proposal is still that of the first attempt', async () => {
  const result = await play({ seed: again(by('grace')), attempt: 2 });

  expect(result).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('attempt 1'),
    decided: {
      decision: {
        obstacles: expect.arrayContaining([
          { what: expect.anything(), remedy: expect.stringContaining('Re-run all jobs') },
        ]),
      },
    },
  });
});

test('who approved before is not to be learnt: nothing is proposed', async () => {
  await using gate = await Gate.open();
  gate.github.fail({
    operation: 'actions/get-reviews-for-run',
    fault: { kind: 'status', status: 403 },
    times: 0,
  });

  await expect(gate.run({ mode: 'propose', environment: 'production', images: image })).rejects.toThrow(
    /who approved before/,
  );
});
