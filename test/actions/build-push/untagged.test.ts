import { expect, test } from '@jest/globals';
import { naming } from '../../../actions/build-push/untagged.ts';
import { CancelledError, TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';

const ref = 'a.test/shop@sha256:1';
const tool = { argv: ['cosign'], exit: 1, lastLines: ['no'], remedy: 'try' };
const target = { subject: 's', remedy: 'r' };

test.each([
  ['cancelled', new CancelledError(), false, 'left without a tag'],
  ['cancelled while tags are written', new CancelledError(), true, 'may not all be there'],
  ['out of reach', new UnreachableError('gone'), true, 'left without a tag'],
  ['a tool', new ToolError('cosign failed', tool), false, 'left without a tag'],
])('%s', (_, error, tagging, words) => {
  const named = naming(error, ref, tagging) as Error;
  expect(named.constructor).toBe(error.constructor);
  expect(named.message).toContain(ref);
  expect(named.message).toContain(words);
  expect(named.cause).toBe(error);
});

test('a refusal gets a line of its own', () => {
  expect((naming(new TargetError('no', target), ref, true) as TargetError).details).toEqual([
    ['untagged', ref],
  ]);
});

test.each([
  ['a refusal half-way', new TargetError('no', { ...target, details: [['tagged', 'x']] })],
  ['out of reach half-way', new UnreachableError('gone; tagged: x; not tagged: y')],
  ['a defect of ours', new Error('oops')],
])('%s says by itself what was tagged', (_, error) => {
  expect(naming(error, ref, true)).toBe(error);
});
