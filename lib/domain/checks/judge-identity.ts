import { excerpt } from './excerpt.ts';
import { judgeHttp, parsed } from './judge-http.ts';
import type { Answered } from './judge-http.ts';
import { atJsonPath } from './json-path.ts';
import type { HttpExpectation, Identity, Miss } from './types.ts';

/** No text is searched here. */
const neverAsked = (): boolean => true;
const anySuccess: HttpExpectation = { status: [[200, 299]], headers: [], body: [], json: [] };

/** Who answered: undefined when it is the new one. Another one's name is what the log and the summary then say. */
export function judgeIdentity({ from, equals }: Identity, answer: Answered): Miss | undefined {
  const bad = judgeHttp(anySuccess, answer, 0, neverAsked);
  if (bad !== undefined) return bad;
  const named =
    from.kind === 'header' ? answer.headers[from.name] : atJsonPath(parsed(answer.body), from.path);
  const where = from.kind === 'header' ? `header ${from.name}` : from.path;
  const said = typeof named === 'number' || typeof named === 'boolean' ? String(named) : named;
  if (typeof said !== 'string') {
    const shown = excerpt(answer.body);
    return {
      reason: `the answer does not say who it is: no ${where}${from.kind === 'json' && answer.truncated ? ', for it is longer than 64 KiB' : ''}`,
      ...(shown === '' ? {} : { excerpt: shown }),
    };
  }
  return said === equals
    ? undefined
    : { reason: `still another one answers: ${where} is ${excerpt(said)}, expected ${equals}` };
}
