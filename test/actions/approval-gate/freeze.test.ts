import { expect, test } from '@jest/globals';
import { Gate, image } from './gate.ts';
import { play } from './play.ts';

const frozen = '{ freeze: { from: 2020-01-01, until: 2100-01-01, why: the sale } }';
const usual = '.github/slipway.yml';

/** The default branch names these environments, whatever the run has checked out: here, nothing. */
const merged =
  (environments: string, path = usual) =>
  (gate: Gate) =>
    gate.github.plant({
      repositories: [{ name: 'acme/shop', files: { [path]: `environments: { ${environments} }` } }],
    });

test.each<[string, Parameters<typeof play>[0]]>([
  ['nothing is checked out', { meanwhile: merged(`production: ${frozen}`) }],
  [
    'it was merged after this was proposed, and the checkout knows nothing of it',
    {
      meanwhile: async (gate) => {
        await gate.write({ [usual]: 'environments: { production: {} }' });
        merged(`production: ${frozen}`)(gate);
      },
    },
  ],
  [
    'the job writes the environment in other letters',
    {
      given: { environment: 'Production' },
      alter: { environment: 'Production' },
      meanwhile: merged(`production: ${frozen}`),
    },
  ],
  ['the file writes it in other letters', { meanwhile: merged(`PRODUCTION: ${frozen}`) }],
  [
    'another file was named',
    { given: { file: './deploy/gate.yml' }, meanwhile: merged(`production: ${frozen}`, 'deploy/gate.yml') },
  ],
])('frozen, though %s', async (_what, order) => {
  expect(await play(order)).toMatchObject({
    result: 'failure',
    reason: expect.stringMatching(/^nothing goes to production.*: the sale/i),
  });
});

test.each<[string, (gate: Gate) => void]>([
  ['the file names no environments', (gate) => plantFile(gate, 'migrations: { paths: [db/**], undo: none }')],
  ['it is empty', (gate) => plantFile(gate, '')],
  ['there is none', () => undefined],
  ['the environment is named, and nothing said of it', merged('production:')],
  ['another environment is frozen', merged(`production: {}, staging: ${frozen}`)],
])('no freeze: %s', async (_what, meanwhile) => {
  expect(await play({ meanwhile })).toMatchObject({ result: 'success' });
});

const plantFile = (gate: Gate, text: string): void =>
  gate.github.plant({ repositories: [{ name: 'acme/shop', files: { [usual]: text } }] });

test.each<[string, Parameters<typeof play>[0], RegExp]>([
  [
    'names others',
    { meanwhile: merged('prod: {}, staging: {}') },
    /slipway\.yml on the default branch does not name it.*; it names prod, staging/,
  ],
  ['cannot be read as what it should be', { meanwhile: merged('production: { freezes: [] }') }, /freezes/],
  ['was named and is not there', { given: { file: 'gate.yml' } }, /is not on the default branch/],
])('a file that %s is a fault', async (_what, order, why) => {
  await expect(play(order)).rejects.toThrow(why);
});

test.each<[string, Parameters<typeof play>[0], RegExp]>([
  [
    'the token may not read it',
    {
      meanwhile: (gate) =>
        gate.github.fail({
          operation: 'repos/get-content',
          fault: { kind: 'status', status: 403 },
          times: 0,
        }),
    },
    /whether production is frozen could not be learnt: 403/,
  ],
  [
    'GitHub hides all files from the token, and says that there are none',
    {
      meanwhile: (gate) =>
        gate.github.fail({
          operation: 'repos/get-content',
          fault: { kind: 'status', status: 404 },
          times: 0,
        }),
    },
    /needs contents: read/,
  ],
  [
    'GitHub does not send a file that large',
    { meanwhile: (gate) => plantFile(gate, `# ${'x'.repeat(1024 * 1024)}\n`) },
    /no file of at most 1 MiB/,
  ],
  [
    'a folder is there instead',
    { given: { file: 'deploy' }, meanwhile: merged('a: {}', 'deploy/a.yml') },
    /no file/,
  ],
  ['it lies outside', { given: { file: '../slipway.yml' } }, /leads out of the repository/],
])('nobody knows whether it is frozen: %s', async (_what, order, why) => {
  expect(await play(order)).toMatchObject({ result: 'inconclusive', reason: expect.stringMatching(why) });
});

test('a freeze holds in an issue, too, and its glass can be broken', async () => {
  await using gate = await Gate.open({ permissions: { grace: 'admin' } });
  const asked = { mode: 'issue', environment: 'production' };
  await gate.run({ ...asked, images: image });
  merged(`production: ${frozen}`)(gate);
  await gate.comments('grace', '/approve');

  expect(await gate.run({ ...asked, issue: '1' })).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('the sale'),
  });
  expect(await gate.run({ ...asked, issue: '1', 'break-glass': 'checkout is down' })).toMatchObject({
    result: 'success',
    decided: { audit: { exceptions: [expect.stringContaining('because checkout is down')] } },
  });
});
