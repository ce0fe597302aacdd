import type { InputReader } from '../../lib/domain/inputs/reader.ts';
import { readEntries } from '../../lib/domain/inputs/tags.ts';
import { resolveTag, tagValues } from '../../lib/domain/tags/template.ts';
import type { TagFacts, TagField } from '../../lib/domain/tags/template.ts';

/** Templates, one per line or with commas between; each is filled in once, so that a fault is found before a build. */
export function readTags(reader: InputReader, facts: TagFacts): string[] {
  const templates = readEntries(reader, 'tags');
  const values = tagValues(facts);
  const seen = new Set<string>();
  for (const template of templates) {
    const resolved = resolveTag(template, values);
    if (resolved.kind === 'problem')
      reader.fault({
        input: 'tags',
        value: JSON.stringify(template),
        problem: `${resolved.problem}${advice[resolved.missing ?? 'sha'] ?? ''}`,
      });
    else if (seen.has(resolved.tag))
      reader.fault({
        input: 'tags',
        value: JSON.stringify(template),
        problem: `${resolved.tag} is there twice`,
      });
    else seen.add(resolved.tag);
  }
  return templates;
}

const versionFrom = ': give input version, or run on a git tag like v1.4.2';

/** Where a value would come from that this run has not got. */
const advice: Readonly<Partial<Record<TagField, string>>> = {
  version: versionFrom,
  major: versionFrom,
  minor: versionFrom,
  env: ': give input environment',
  branch: ': it is about a tag',
  tag: ': it is about no tag',
};
