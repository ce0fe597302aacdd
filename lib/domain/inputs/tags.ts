/** The inputs by which an image's tags are decided, alike in every action that writes tags. */
import parse from 'semver/functions/parse.js';
import { parseList } from '../build/list.ts';
import { parseTagPattern, usualImmutable } from '../tags/patterns.ts';
import type { TagPattern } from '../tags/patterns.ts';
import type { TagFacts } from '../tags/template.ts';
import type { InputReader } from './reader.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What inputs `environment` and `version` and the runner's environment say for `{places}`. A version that nobody gave is
 * that of the git tag, `v1.4.2`.
 */
export function readTagFacts(reader: InputReader, env: Env): TagFacts {
  const ref = env['GITHUB_REF'] ?? '';
  const tag = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined;
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : env['GITHUB_HEAD_REF'];
  const facts: { -readonly [Name in keyof TagFacts]: string | undefined } = {
    env: reader.text('environment'),
    runId: env['GITHUB_RUN_ID'],
    runAttempt: env['GITHUB_RUN_ATTEMPT'],
    sha: env['GITHUB_SHA'],
    version: readVersion(reader) ?? parse(tag)?.version,
    branch,
    tag,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''));
}

function readVersion(reader: InputReader): string | undefined {
  const text = reader.text('version');
  if (text === '') return undefined;
  const version = text.replace(/^v(?=\d)/, '');
  if (parse(version) === null)
    reader.fault({
      input: 'version',
      value: JSON.stringify(text),
      problem: 'must be a semantic version: 1.4.2',
    });
  return version;
}

const usual: readonly TagPattern[] = usualImmutable.flatMap((text) => {
  const parsed = parseTagPattern(text);
  return parsed.kind === 'pattern' ? [parsed.pattern] : [];
});

/** One per line or with commas between, as docker/metadata-action gives its tags; `#` begins a comment. */
export const readEntries = (reader: InputReader, name: string): string[] =>
  parseList(reader.lines(name).join('\n'));

/** Patterns of tags that never move; the usual ones where the input is empty. */
export function readImmutable(reader: InputReader): readonly TagPattern[] {
  if (!reader.has('immutable')) return usual;
  return readEntries(reader, 'immutable').flatMap((line) => {
    const parsed = parseTagPattern(line);
    if (parsed.kind === 'pattern') return [parsed.pattern];
    reader.fault({ input: 'immutable', value: JSON.stringify(line), problem: parsed.problem });
    return [];
  });
}
