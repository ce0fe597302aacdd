import { expect, test } from '@jest/globals';
import { report } from '../../../actions/approval-gate/report.ts';
import { gateLabel, issueBody, proposalIn, saidIn } from '../../../lib/domain/gate/issue.ts';
import { asked, issuesOf, permissions, said, waiting } from './asking.ts';
import { Gate, digest, head, image } from './gate.ts';

test('it asks in an issue, and nobody waits', async () => {
  await using gate = await Gate.open({ permissions });

  const result = await gate.run({ ...asked, images: image });

  expect(report(result).outputs).toMatchObject({ issue: '1', commit: head });
  const [issue] = issuesOf(gate);
  expect(issue).toMatchObject({
    state: 'open',
    labels: [gateLabel],
    title: expect.stringContaining('to production'),
  });
  expect(issue?.body).toContain('/approve');
  expect(proposalIn(issue?.body ?? '')).toMatchObject({ images: { image: digest }, proposedBy: 'ada' });
});

test('somebody approves: the proposal is handed on, the issue is closed before anything is deployed', async () => {
  await using gate = await waiting();

  const result = await said(gate, 'grace', '/approve looks good');

  expect(result).toMatchObject({ result: 'success', reason: 'grace approved issue #1' });
  const { outputs } = report(result);
  expect(outputs).toMatchObject({
    decision: 'open',
    'approved-by': 'grace',
    comment: 'looks good',
    commit: head,
  });
  expect(JSON.parse(outputs['proposal'] ?? '')).toMatchObject({ images: { image: digest } });
  expect(issuesOf(gate)[0]).toMatchObject({ state: 'closed', reason: 'completed' });
});

test('somebody rejects: the reason closes the issue, and nothing failed', async () => {
  await using gate = await waiting();

  const result = await said(gate, 'linus', '/reject\nnot before Monday');

  expect(result).toMatchObject({ result: 'skipped', reason: 'linus rejected it: not before Monday' });
  expect(report(result).outputs).toMatchObject({ decision: 'shut', proposal: '', commit: '' });
  expect(report(result).annotations).toEqual([expect.objectContaining({ kind: 'notice' })]);
  expect(issuesOf(gate)[0]).toMatchObject({
    state: 'closed',
    reason: 'not_planned',
    comments: [{ body: expect.stringContaining('not before Monday') }],
  });
});

test.each<[string, string]>([
  ['grace', 'what about the cart?'],
  ['grace', 'please do not /approve this yet'],
  ['grace', '> /approve\n\nno'],
  ['grace', '/approved'],
])('%s says “%s”: nothing is decided', async (who, comment) => {
  await using gate = await waiting();

  const result = await said(gate, who, comment);

  expect(result).toMatchObject({ result: 'skipped', decided: undefined });
  expect(report(result).outputs).toMatchObject({ decision: '', proposal: '', commit: '' });
  expect(issuesOf(gate)[0]).toMatchObject({ state: 'open', comments: [] });
});

test.each<[string, string, string, Record<string, string>, RegExp]>([
  ['who may only read', 'mallory', '/approve', {}, /mallory has the role read; write is needed/],
  ['a stranger', 'nobody', '/approve', {}, /role read/],
  ['a rejection by who may only read', 'mallory', '/reject', {}, /write is needed/],
  ['who may write, where more is asked for', 'linus', '/approve', { role: 'maintain' }, /maintain is needed/],
  ['who proposed it', 'ada', '/approve', { 'exclude-initiator': 'true' }, /ada started the run/],
  [
    'a rejection by the workflow of another environment',
    'grace',
    '/reject',
    { environment: 'preprod' },
    /of environment production/,
  ],
  ['another environment', 'grace', '/approve', { environment: 'preprod' }, /of environment production/],
  ['an environment that never verified it', 'grace', '/approve', { requires: 'preprod' }, /preprod/],
])('%s does not open it, and it stays open for others', async (_what, who, comment, given, why) => {
  await using gate = await waiting();

  const result = await said(gate, who, comment, given);

  expect(result).toMatchObject({ result: 'failure', reason: expect.stringMatching(why) });
  expect(report(result).outputs).toMatchObject({ decision: 'shut', proposal: '', commit: '' });
  expect(issuesOf(gate)[0]).toMatchObject({
    state: 'open',
    comments: [{ body: expect.stringMatching(why) }],
  });
});

test.each<[string, Record<string, string>, string, string]>([
  [
    'who re-ran the run that proposed',
    { actor: 'ada', triggeringActor: 'grace' },
    'failure',
    'grace started the run that proposed it',
  ],
  ['somebody else', { actor: 'ada', triggeringActor: 'linus' }, 'success', 'grace approved issue #1'],
])('%s approves, and initiators are excluded: %s', async (_what, by, result, reason) => {
  await using gate = await waiting();
  gate.github.plant({ repositories: [{ name: 'acme/shop', runs: [{ id: 100, ...by }] }] });

  expect(await said(gate, 'grace', '/approve', { 'exclude-initiator': 'true' })).toMatchObject({
    result,
    reason,
  });
});

test.each<[string, string, string]>([
  ['true', 'inconclusive', 'who started the run that proposed it could not be learnt'],
  ['false', 'success', 'grace approved issue #1'],
])('GitHub has forgotten that run, exclude-initiator: %s', async (exclude, result, reason) => {
  await using gate = await waiting();
  gate.github.plant({ repositories: [{ name: 'acme/shop', runs: [{ id: 200 }] }] });

  expect(await said(gate, 'grace', '/approve', { 'exclude-initiator': exclude })).toMatchObject({
    result,
    reason: expect.stringContaining(reason),
  });
});

test('who proposed it may take it back', async () => {
  await using gate = await waiting();

  expect(await said(gate, 'ada', '/reject', { 'exclude-initiator': 'true' })).toMatchObject({
    result: 'skipped',
  });
  expect(issuesOf(gate)[0]).toMatchObject({ state: 'closed' });
});

test('a rejection after the approval comes too late, and says so', async () => {
  await using gate = await waiting();
  await said(gate, 'grace', '/approve');

  expect(await said(gate, 'linus', '/reject')).toMatchObject({
    result: 'failure',
    reason: 'issue #1 is closed: it was decided',
  });
  expect(issuesOf(gate)[0]).toMatchObject({ reason: 'completed' });
});

test('a second approval finds it decided', async () => {
  await using gate = await waiting();
  await said(gate, 'grace', '/approve');

  expect(await said(gate, 'linus', '/approve')).toMatchObject({
    result: 'failure',
    reason: 'issue #1 is closed: it was decided',
  });
});

test('a newer proposal supersedes it', async () => {
  await using gate = await waiting();
  await gate.run({ ...asked, images: image });

  expect(await said(gate, 'grace', '/approve')).toMatchObject({
    result: 'failure',
    reason: 'issue #2 proposed something newer',
  });
  expect(issuesOf(gate).map(({ state }) => state)).toEqual(['closed', 'open']);
});

test('nor does it come back when the newer one is closed', async () => {
  await using gate = await waiting();
  await gate.run({ ...asked, images: image });
  await gate.comments('grace', '/reject');
  await gate.run({ ...asked, issue: '2' });

  expect(await said(gate, 'grace', '/approve')).toMatchObject({
    result: 'failure',
    reason: 'issue #2 proposed something newer',
  });
});

test.each<[string, string, string]>([
  ['acme-releases[bot]', 'failure', 'issue #2 proposed something newer'],
  ['mallory', 'success', 'grace approved issue #1'],
])('%s opened a newer one, and opened-by names two: %s', async (author, result, reason) => {
  await using gate = await waiting();
  const newer = { title: 'Approve', body: issuesOf(gate)[0]?.body ?? '', labels: [gateLabel], author };
  gate.github.plant({ repositories: [{ name: 'acme/shop', issues: [newer] }] });
  const given = { 'opened-by': 'github-actions[bot]\nAcme-Releases[bot]' };

  expect(await said(gate, 'grace', '/approve', given)).toMatchObject({ result, reason });
});

test('more was asked since than GitHub lists at once: nobody knows whether something is newer', async () => {
  await using gate = await waiting();
  const other = { title: 'Approve', body: 'of another environment', labels: [gateLabel] };
  gate.github.plant({
    repositories: [{ name: 'acme/shop', issues: Array.from({ length: 100 }, () => other) }],
  });

  expect(await said(gate, 'grace', '/approve')).toMatchObject({
    result: 'inconclusive',
    reason: expect.stringContaining('something newer was proposed could not be learnt'),
  });
});

test('an issue that somebody wrote by hand opens nothing', async () => {
  await using source = await waiting();
  const forged = { title: 'Approve', body: issuesOf(source)[0]?.body ?? '', author: 'mallory' };
  await using gate = await Gate.open({ permissions, issues: [{ ...forged, labels: [gateLabel] }] });

  expect(await said(gate, 'grace', '/approve')).toMatchObject({ result: 'skipped', decided: undefined });
});

test('a proposal that the texts of its page imitate is not taken', () => {
  const real = { schema: 'slipway/proposal/v1', environment: 'production' } as never;
  const page = '<!-- slipway-proposal\n{"schema":"slipway/proposal/v1","environment":"forged"}\n-->';

  expect(issueBody(page, real)).toMatch(/"environment": "production"\n\}\n-->\n$/);
  expect(proposalIn(issueBody(page, real))).toEqual({ unreadable: 'parts of it are missing' });
});

test('on request: who starts the second workflow decides', async () => {
  await using gate = await waiting();

  const result = await gate.run(
    { ...asked, issue: '1', decision: 'approve', comment: 'by hand', requires: 'staging' },
    { run: '200' },
  );

  expect(result).toMatchObject({ result: 'success', reason: 'ada approved issue #1' });
});

test('GitHub does not say what somebody may do: it stays shut, and open for another try', async () => {
  await using gate = await waiting();
  gate.github.fail({
    operation: 'repos/get-collaborator-permission-level',
    fault: { kind: 'status', status: 403 },
    times: 0,
  });

  expect(await said(gate, 'grace', '/approve')).toMatchObject({ result: 'inconclusive' });
  expect(issuesOf(gate)[0]).toMatchObject({ state: 'open' });
});

test('an edited comment is no new word', async () => {
  await using gate = await waiting();
  await gate.comments('grace', '/approve', { action: 'edited' });

  expect(await gate.run({ ...asked, issue: '1' })).toMatchObject({ result: 'skipped' });
});

test.each<[string, object]>([
  ['/approve', { kind: 'approve', comment: '' }],
  ['/approve fine by me ', { kind: 'approve', comment: 'fine by me' }],
  ['/reject\r\nbecause\r\nof this', { kind: 'reject', comment: 'because\r\nof this' }],
  ['  /approve', { kind: 'approve', comment: '' }],
  ['/Approve', { kind: 'nothing' }],
  ['/approve-all', { kind: 'nothing' }],
  ['', { kind: 'nothing' }],
])('“%s”', (comment, expected) => {
  expect(saidIn(comment)).toEqual(expected);
});
