/** The text under `## [1.2.3] - …` of a changelog; undefined when there is no such section, or it is empty. */
export function notesOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => each.startsWith(`[${version}]`));
  const notes = section
    ?.split('\n')
    .slice(1)
    .filter((line) => !/^\[[^\]]+\]: /.test(line))
    .join('\n')
    .trim();
  return notes || undefined;
}
