import { expect, test } from '@jest/globals';
import {
  CancelledError,
  ConfigurationError,
  TargetError,
  ToolError,
  UnreachableError,
} from '../../lib/domain/errors.ts';
import { renderError } from '../../lib/runtime/errors.ts';

test('every fault of the inputs in one message, in columns', () => {
  const error = new ConfigurationError([
    { input: 'timeout', value: '"10"', problem: 'give a unit: 10s, 5m' },
    { input: 'values', value: 'a list', problem: 'must be a map of values' },
    { input: 'valus-files', value: 'unknown input', problem: 'did you mean values-files?' },
    { input: 'chart-ca', problem: 'must be PEM text' },
  ]);
  expect(renderError('deploy-helm', error)).toEqual({
    result: 'failure',
    reason: '4 inputs are wrong; nothing was changed',
    trace: [],
    text: `deploy-helm: 4 inputs are wrong; nothing was changed
  timeout      "10"           give a unit: 10s, 5m
  values       a list         must be a map of values
  valus-files  unknown input  did you mean values-files?
  chart-ca                    must be PEM text`,
  });
});

test('one fault is one', () => {
  const error = new ConfigurationError([{ input: 'chart', problem: 'is required' }]);
  expect(renderError('x', error).text).toBe(
    'x: 1 input is wrong; nothing was changed\n  chart    is required',
  );
});

test('the platform said no: what, proof, what to do; the cause goes to the log', () => {
  const cause = new TargetError('HTTP 403', { subject: 'x', remedy: 'y' }, { cause: new Error('socket') });
  const error = new TargetError(
    'nothing verified to go back to',
    {
      subject: 'release shop in namespace prod',
      remedy: 'fix forward',
      details: [['records', '#41 rejected\n#40 rolled-back']],
    },
    { cause },
  );
  const rendered = renderError('rollback', error);
  expect(rendered.text).toBe(`rollback: nothing verified to go back to
  subject  release shop in namespace prod
  records  #41 rejected
           #40 rolled-back
  do       fix forward`);
  expect(rendered.trace[0]).toBe('caused by: HTTP 403');
  expect(rendered.trace[1]).toBe('caused by: Error: socket');
  expect(rendered.trace[2]).toMatch(/^ +at /);
});

test('a tool ended badly: command, exit, what it said last', () => {
  const error = new ToolError('helm upgrade failed', {
    argv: ['helm', 'upgrade', 'shop'],
    exit: 1,
    lastLines: ['Error: a', 'b'],
    remedy: 'look',
  });
  expect(renderError('deploy-helm', error)).toMatchObject({
    result: 'failure',
    text: `deploy-helm: helm upgrade failed
  command  helm upgrade shop
  exit     1
  said     Error: a
           b
  do       look`,
  });
});

test('unreachable proves nothing: inconclusive, with every cause', () => {
  const network = new AggregateError([Object.assign(new Error(''), { code: 'ECONNREFUSED' })], '');
  const rendered = renderError(
    'deploy-helm',
    new UnreachableError('the API cannot be reached', { cause: network }),
  );
  expect(rendered.result).toBe('inconclusive');
  expect(rendered.text).toContain('  cause  ECONNREFUSED\n');
});

test('a cancel has no stack and no remedy', () => {
  expect(renderError('x', new CancelledError())).toEqual({
    result: 'cancelled',
    reason: 'the run was cancelled',
    text: 'x: the run was cancelled',
    trace: [],
  });
});

test.each([
  ['an error', new TypeError('x is not a function'), 'internal error: x is not a function'],
  ['a string', 'oops', 'internal error: oops'],
  ['nothing', undefined, 'internal error: undefined'],
])('%s of ours is called a defect, with its stack', (_, thrown, reason) => {
  const rendered = renderError('x', thrown);
  expect(rendered).toMatchObject({
    result: 'failure',
    reason,
    text: expect.stringContaining('a defect of Slipway'),
  });
  if (thrown instanceof Error) expect(rendered.trace.join('\n')).toBe(thrown.stack);
});

test.each([
  [
    'a file',
    Object.assign(new Error('ENOSPC: no space left on device, open'), { code: 'ENOSPC', path: '/t/x' }),
    'the runner’s disk is full: /t/x',
  ],
  [
    'a write, deep down',
    new Error('no report', { cause: Object.assign(new Error('write'), { code: 'EDQUOT' }) }),
    'a disk of the runner is full',
  ],
])('no room left for %s is no defect of ours', (_, thrown, reason) => {
  const rendered = renderError('x', thrown);
  expect(rendered).toMatchObject({ result: 'failure', reason });
  expect(rendered.text).toMatch(/do +free room there/);
});

test('causes that go in a circle end', () => {
  const error = new Error('a');
  error.cause = new Error('b', { cause: error });
  expect(renderError('x', error).trace.filter((line) => line.startsWith('caused by'))).toHaveLength(1);
});
