import { DumpScanner } from './dump-scanner.ts';

/**
 * Where a statement that makes a view, trigger, routine or event names its definer, as the dump tools write it: behind
 * CREATE, for a routine; else CREATE and DEFINER each in a comment that is code, with ALGORITHM in the first for a view.
 */
const definerForm =
  /^((?:\/\*!\d+ )?CREATE(?: OR REPLACE)?(?: ALGORITHM=\w+)?(?: ?\*\/)?\s+(?:\/\*!\d+ )?)DEFINER=`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?/;

const longestHead = 2_048;

/**
 * The same dump, in which everything belongs to who restores it: a definer that is not on the server makes a view or
 * trigger that can be restored and not used, and naming somebody else takes a privilege (SET USER, SUPER). Rows, and
 * what is inside of a body, pass untouched.
 */
export async function* withoutDefiners(dump: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  const scanner = new DumpScanner({
    statement: (text, begun) => parts.push(rewritten(text, begun)),
    rows: (bytes) => parts.push(bytes),
  });
  for await (const chunk of dump) {
    scanner.push(chunk);
    yield* parts.splice(0);
  }
  scanner.end();
  yield* parts;
}

function rewritten(text: Buffer, begun: number): Uint8Array {
  if (begun === -1) return Buffer.from(text);
  const head = text.toString('latin1', begun, Math.min(text.length, begun + longestHead));
  const match = definerForm.exec(head);
  if (match === null) return Buffer.from(text);
  const before = begun + (match[1] ?? '').length;
  return Buffer.concat([
    text.subarray(0, before),
    Buffer.from('DEFINER=CURRENT_USER'),
    text.subarray(begun + match[0].length),
  ]);
}
