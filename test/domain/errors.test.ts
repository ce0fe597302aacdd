import { expect, test } from '@jest/globals';
import {
  CancelledError,
  ConfigurationError,
  messageOf,
  saying,
  TargetError,
  ToolError,
  UnreachableError,
} from '../../lib/domain/errors.ts';

const tool = { argv: ['helm'], exit: 1, lastLines: ['no'], remedy: 'try' };

test.each([
  new TargetError('no', { subject: 's', remedy: 'r', details: [['a', '1']] }),
  new ToolError('no', { ...tool, details: [['a', '1']] }),
  new UnreachableError('no', { details: [['a', '1']] }),
  new CancelledError('no', { details: [['a', '1']] }),
])('$name says more and stays what it is', (error) => {
  const worded = saying(error, { suffix: 'and then', details: [['b', '2']] }) as TargetError;
  expect(worded.constructor).toBe(error.constructor);
  expect(worded).toMatchObject({
    message: 'no; and then',
    cause: error,
    details: [
      ['a', '1'],
      ['b', '2'],
    ],
  });
});

test.each([new Error('defect'), new ConfigurationError([]), 'thrown text'])('%s stays as it is', (error) => {
  expect(saying(error, { suffix: 'and then' })).toBe(error);
});

test.each([
  [new Error('refused'), 'refused'],
  [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new AggregateError([new Error('one'), new Error('two')], ''), 'one; two'],
  ['thrown text', 'thrown text'],
])('%p says %s', (thing, text) => {
  expect(messageOf(thing)).toBe(text);
});
