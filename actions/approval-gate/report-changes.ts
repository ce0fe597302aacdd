/** What lies between what runs and what is proposed: commits and migrations. What is not known is never told as none. */
import { authorsOf } from '../../lib/domain/gate/changes.ts';
import type { Changes } from '../../lib/domain/gate/changes.ts';
import { staysApplied } from '../../lib/domain/gate/migrations.ts';
import type { Brought } from '../../lib/domain/gate/migrations.ts';
import { code, details, escapeText, sections, table } from '../../lib/domain/report/markdown.ts';
import { plural } from '../../lib/domain/words.ts';
import type { ProposeResult } from './propose.ts';

/** More are in the comparison that GitHub shows. */
const mostCommits = 25;
const mostFiles = 20;

export function changesSaid({ changes }: Pick<ProposeResult, 'changes'>): string {
  if (changes === undefined) return '';
  if ('unknown' in changes) return `**Changes**: not known: ${escapeText(changes.unknown)}.`;
  const { known } = changes;
  if (known === undefined)
    return '**Changes**: what runs there has no commit that could be compared with this one.';
  const { commits, files, cut } = known;
  if (commits.length === 0) return '**Changes**: no commit.';
  const authors = authorsOf(known);
  const line = `**Changes**: ${atLeast(cut.commits)}${plural(commits.length, 'commit')} by ${authors.map(escapeText).join(', ')}; ${atLeast(cut.files)}${plural(files.length, 'file')}.`;
  return sections(line, commitsOf(known));
}

const atLeast = (cut: boolean): string => (cut ? 'at least ' : '');

function commitsOf({ commits, cut }: Changes): string {
  const shown = commits.slice(-mostCommits).reverse();
  const hidden = commits.length - shown.length;
  const list = table(
    ['Commit', '', 'By'],
    shown.map(({ sha, title, author, pull }) => [
      code(sha.slice(0, 7)),
      `${escapeText(title)}${pull === undefined || title.includes(`#${pull}`) ? '' : ` (#${pull})`}`,
      escapeText(author),
    ]),
  );
  const more =
    hidden > 0 || cut.commits ? `Older ones are not shown${hidden > 0 ? ` (${hidden} or more)` : ''}.` : '';
  return commits.length <= 5 && more === ''
    ? list
    : details(`The ${shown.length} newest commits`, sections(list, more));
}

/** What an alarm says of them, if anything. */
export function migrationsWarned(migrations: Brought | undefined): string[] {
  if (migrations === undefined) return [];
  const { files, undo } = migrations;
  if ('unknown' in files) {
    const then = undo === 'automatic' ? '' : ' Going back would not undo them.';
    return [`Whether it brings migrations is not known: ${files.unknown}.${then}`];
  }
  if (!staysApplied(migrations)) return [];
  const { paths, cut } = files.known;
  const them = paths.length === 1 && !cut ? 'it' : 'them';
  return [`${count(files.known)}: going back does not undo ${them}.`];
}

const count = ({ paths, cut }: { readonly paths: readonly string[]; readonly cut: boolean }): string =>
  cut ? `At least ${plural(paths.length, 'migration')}` : plural(paths.length, 'migration');

export function migrationsSaid({ migrations }: Pick<ProposeResult, 'migrations'>): string {
  if (migrations === undefined) return '';
  const { files, undo, leavesLaterOnes } = migrations;
  const later = leavesLaterOnes
    ? ' Migrations of commits that run there and are not in this one stay applied.'
    : '';
  if ('unknown' in files) return `**Migrations**: not known: ${escapeText(files.unknown)}.${later}`;
  const { paths, cut } = files.known;
  if (paths.length === 0) return `**Migrations**: none among these changes.${later}`;
  const words = {
    automatic: 'taken back by the tool',
    manual: 'must be taken back by hand',
    none: 'cannot be taken back: only a restore brings the old state back',
  } as const;
  const shown = paths.slice(0, mostFiles).map((file) => `- ${code(file)}`);
  const hidden = paths.length - shown.length;
  const more =
    hidden > 0 ? [`- and ${hidden}${cut ? ' or more' : ' more'}`] : cut ? ['- and perhaps more'] : [];
  return sections(
    `**Migrations**: ${atLeast(cut)}${paths.length}, ${words[undo]}.${later}`,
    [...shown, ...more].join('\n'),
  );
}
