import { expect, test } from '@jest/globals';
import { LineSplitter } from '../../lib/runtime/lines.ts';

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return lines;
}
const snowman = Buffer.from('a☃b');

test.each([
  ['whole lines', ['one\ntwo\n'], ['one', 'two']],
  ['a line in pieces', ['on', 'e\ntw', 'o\n'], ['one', 'two']],
  ['no end of line at the end', ['one\ntwo'], ['one', 'two']],
  ['empty lines stay', ['one\n\ntwo\n'], ['one', '', 'two']],
  ['CRLF', ['one\r\ntwo\r', '\n'], ['one', 'two']],
  ['a redrawn progress line shows its end', ['10%\r50%\r100%\nnext\n'], ['100%', 'next']],
  ['a character cut in two', [snowman.subarray(0, 2), snowman.subarray(2)], ['a☃b']],
  ['a character that never ends', [snowman.subarray(0, 2)], ['a\uFFFD']],
  ['nothing', [], []],
])('%s', (_, chunks, lines) => {
  expect(split(...chunks)).toEqual(lines);
});

test('a line without end comes in pieces', () => {
  expect(split('x'.repeat(150_000)).map((line) => line.length)).toEqual([65_536, 65_536, 18_928]);
});
