import { expect, test } from '@jest/globals';
import { csvLine, fieldsOf, parseList } from '../../../lib/domain/build/list.ts';

/** As @docker/actions-toolkit reads them (its own tests of Util.getList). */
test.each([
  ['nothing', '', {}, []],
  ['lines', 'foo\nbar', {}, ['foo', 'bar']],
  ['commas', 'foo,bar', {}, ['foo', 'bar']],
  ['both, with spaces', ' foo , bar \r\n baz', {}, ['foo', 'bar', 'baz']],
  ['empty lines and entries', 'foo\n\n,bar,\n', {}, ['foo', 'bar']],
  [
    'commas kept',
    'type=registry,ref=a/b\ntype=gha',
    { keepCommas: true },
    ['type=registry,ref=a/b', 'type=gha'],
  ],
  [
    'a value in quotes',
    '"MYSECRET=aaaa,bbbb"\nOTHER=c',
    { keepCommas: true },
    ['MYSECRET=aaaa,bbbb', 'OTHER=c'],
  ],
  [
    'a value of several lines',
    '"KEY=one\ntwo\n"\nOTHER=c',
    { keepCommas: true },
    ['KEY=one\ntwo', 'OTHER=c'],
  ],
  ['a quote in quotes', '"JSON={""a"":""b""}"', { keepCommas: true }, ['JSON={"a":"b"}']],
  ['a quote in the middle', 'JSON={"a":"b","c":1}', { keepCommas: true }, ['JSON={"a":"b","c":1}']],
  ['a quote that never ends', '"foo\nbar', { keepCommas: true }, ['"foo', 'bar']],
  ['an empty value', 'FOO=', { keepCommas: true }, ['FOO=']],
  ['quotes kept', 'type=image,"name=a,b"', { keepCommas: true, keepQuotes: true }, ['type=image,"name=a,b"']],
])('%s', (_, text, options, expected) => {
  expect(parseList(text, options)).toEqual(expected);
});

test('a line of CSV and its fields', () => {
  const fields = ['type=image', 'name=a,b', 'text=say "hi"'];
  expect(csvLine(fields)).toBe('type=image,"name=a,b","text=say ""hi"""');
  expect(fieldsOf(csvLine(fields))).toEqual(fields);
});
