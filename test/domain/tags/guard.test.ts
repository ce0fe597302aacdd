import { expect, test } from '@jest/globals';
import type { ImageFacts } from '../../../lib/domain/tags/facts.ts';
import { guard, isFloating, needsFacts, ruleFor } from '../../../lib/domain/tags/guard.ts';
import type { TagRule } from '../../../lib/domain/tags/guard.ts';

const [ours, theirs] = ['sha256:aaa', 'sha256:bbb'];
const same: ImageFacts = { sourceHash: 'one' };
const other: ImageFacts = { sourceHash: 'two' };

const decide = (
  rule: TagRule,
  digest: string | undefined,
  facts: ImageFacts,
  seen?: { digest: string; facts?: ImageFacts },
  tag = 'v1.4.2',
) => guard({ tag, rule }, { ...(digest === undefined ? {} : { digest }), facts }, seen);

test.each<
  [
    string,
    TagRule,
    string | undefined,
    ImageFacts,
    { digest: string; facts?: ImageFacts } | undefined,
    string,
  ]
>([
  ['nothing is there', 'immutable', ours, same, undefined, 'write'],
  ['nothing is there, before a build', 'immutable', undefined, same, undefined, 'write'],
  ['nothing is there', 'fail', ours, same, undefined, 'write'],
  ['nothing is there', 'overwrite', ours, same, undefined, 'write'],
  ['the same bytes', 'immutable', ours, same, { digest: ours }, 'already'],
  ['the same bytes', 'fail', ours, same, { digest: ours }, 'already'],
  ['the same bytes', 'overwrite', ours, same, { digest: ours }, 'already'],
  ['the same source, before a build', 'immutable', undefined, same, { digest: theirs, facts: same }, 'reuse'],
  ['the same source, built meanwhile', 'immutable', ours, same, { digest: theirs, facts: same }, 'reuse'],
  ['the same source', 'fail', undefined, same, { digest: theirs, facts: same }, 'reuse'],
  ['the same source', 'overwrite', ours, same, { digest: theirs, facts: same }, 'write'],
  ['another source', 'immutable', undefined, same, { digest: theirs, facts: other }, 'in-the-way'],
  ['another source', 'fail', ours, same, { digest: theirs, facts: other }, 'in-the-way'],
  ['another source', 'overwrite', ours, same, { digest: theirs, facts: other }, 'write'],
  ['it does not say its source', 'immutable', ours, same, { digest: theirs, facts: {} }, 'in-the-way'],
  ['neither says its source', 'immutable', ours, {}, { digest: theirs, facts: {} }, 'in-the-way'],
  ['these very bytes are meant', 'immutable', ours, {}, { digest: theirs, facts: same }, 'in-the-way'],
])('%s (%s, ours %s): %#', (_, rule, digest, facts, seen, kind) => {
  expect(decide(rule, digest, facts, seen).kind).toBe(kind);
});

test('what is in the way, or is left, is named', () => {
  expect(decide('immutable', ours, {}, { digest: theirs })).toEqual({
    kind: 'in-the-way',
    digest: theirs,
    why: 'it is immutable, and stands for another image',
  });
  expect(decide('overwrite', ours, {}, { digest: theirs })).toEqual({ kind: 'write', over: theirs });
});

test('a floating tag has its own rule: if-exists does not concern it, a pattern does', () => {
  const newer = { version: '1.5.0' };
  const seen = { digest: theirs, facts: { version: '1.4.2' } };
  expect(decide('fail', ours, newer, seen, 'latest').kind).toBe('write');
  expect(decide('overwrite', ours, { version: '1.3.0' }, seen, 'latest')).toMatchObject({
    kind: 'stay',
    digest: theirs,
  });
  expect(decide('immutable', ours, newer, seen, 'latest').kind).toBe('in-the-way');
});

test('a bare number is a series of its own version only', () => {
  const image = { digest: ours, facts: { version: '1.4.2' } };
  const floating = ['1', '1.4', 'v1', 'v1.4', 'latest', 'latest-dev'];
  const plain = ['2', '1.5', '1.4.2', '4821', 'latestish', 'dev-1'];
  const floats = (tag: string) => isFloating({ tag, rule: 'overwrite' }, image);
  expect([...floating, ...plain].filter(floats)).toEqual(floating);
});

test.each<[TagRule, string, ImageFacts, boolean]>([
  ['overwrite', 'prod', same, false],
  ['immutable', 'v1', {}, false],
  ['immutable', 'v1', same, true],
  ['overwrite', 'latest', {}, true],
])('labels are read only where they decide: %s %s', (rule, tag, facts, needed) => {
  expect(needsFacts({ tag, rule }, { digest: ours, facts })).toBe(needed);
});

test('the patterns win', () => {
  const isImmutable = (tag: string) => tag.startsWith('v');
  expect(ruleFor('v1.4.2', { isImmutable, ifExists: 'overwrite' })).toBe('immutable');
  expect(ruleFor('prod', { isImmutable, ifExists: 'fail' })).toBe('fail');
});
