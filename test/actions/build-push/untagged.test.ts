import { expect, test } from '@jest/globals';
import { partlyTagged, withoutTag } from '../../../actions/build-push/untagged.ts';
import { CancelledError, TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';

const ref = 'a.test/shop@sha256:1';
const tool = { argv: ['cosign'], exit: 1, lastLines: ['no'], remedy: 'try' };
const target = { subject: 's', remedy: 'r' };

test.each([
  ['cancelled', new CancelledError()],
  ['out of reach', new UnreachableError('gone')],
  ['a tool', new ToolError('cosign failed', tool)],
  ['a refusal', new TargetError('no', target)],
])('%s: what was pushed is named', (_, error) => {
  const named = withoutTag(error, ref) as Error;
  expect(named.constructor).toBe(error.constructor);
  expect(named.message).toBe(`${error.message}; ${ref} was pushed and left without a tag`);
  expect(named.cause).toBe(error);
});

test('cancelled while tags are written: nobody knows which are there', () => {
  const named = withoutTag(partlyTagged(new CancelledError(), ref), ref) as CancelledError;
  expect(named.message).toContain(`${ref} was pushed, and its tags may not all be there`);
  expect(named.message).not.toContain('without a tag');
});

test.each([
  ['a refusal half-way', new TargetError('no', { ...target, details: [['tagged', 'x']] })],
  ['out of reach half-way', new UnreachableError('gone', { details: [['tagged', 'x']] })],
  ['a cancel half-way', new CancelledError('cancelled', { details: [['tagged', 'x']] })],
  ['a defect of ours', new Error('oops')],
])('%s says by itself what was tagged', (_, error) => {
  expect(withoutTag(partlyTagged(error, ref), ref)).toBe(error);
});
