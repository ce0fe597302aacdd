import { formatDuration } from '../../lib/domain/duration.ts';
import {
  code,
  codeBlock,
  details,
  escapeText,
  sections,
  table,
  verdictLine,
} from '../../lib/domain/report/markdown.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import { countBySeverity } from '../../lib/domain/sarif/read.ts';
import type { SarifFinding } from '../../lib/domain/sarif/read.ts';
import type { TagOutcome } from '../../lib/steps/tag-images.ts';
import type { PlatformScan } from './quarantine.ts';
import type { BuildPushResult } from './result.ts';
import { short } from './words.ts';

/** What the release manager reads: one line, what the image is, which tags now stand for it, what was asked of it. */
export function summary(result: BuildPushResult): string {
  const { dryRun, failure, phases, published, duration, verified, scanned } = result;
  return sections(
    verdictLine('build-push', result),
    dryRun === undefined ? undefined : dryRun.map((line, at) => `${at + 1}. ${escapeText(line)}`).join('\n'),
    imageTable(result),
    tagTable(published?.tags ?? []),
    scanned === undefined ? undefined : scanTable(scanned.platforms),
    failure === undefined ? undefined : codeBlock(failure.lines.join('\n')),
    verified?.outcome === 'fail' ? codeBlock(verified.lines.join('\n')) : undefined,
    ...(scanned?.platforms ?? []).map(findings),
    timeline(phases, Math.max(0, ...phases.map(({ endedAt }) => Date.parse(endedAt ?? '') || 0))),
    published === undefined || published.window === 0
      ? undefined
      : `Took ${formatDuration(duration)}. Another run's write of the same tag would have gone unseen for at most ${published.window} ms.`,
  );
}

function imageTable({
  image,
  plan,
  sourceHash,
  verified,
  scanned,
  signed,
  published,
}: BuildPushResult): string {
  if (image === undefined) return '';
  const { origin } = plan;
  const { digest, shape, built, why } = image;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['digest', digest === undefined ? undefined : code(digest)],
    ['built', built === 'reused' ? `no, reused: ${escapeText(why)}` : 'yes'],
    [
      'commit',
      origin.commit === '' ? undefined : commitLink(origin.source, origin.commit, origin.committedAt),
    ],
    ['version', origin.version === undefined ? undefined : code(origin.version)],
    ['source', sourceHash === undefined ? undefined : code(sourceHash.slice(0, 40))],
    ['size', digest === undefined || shape === undefined ? undefined : formatBytes(shape.size)],
    [
      'platforms',
      shape === undefined || shape.platforms.length === 0 ? undefined : shape.platforms.map(code).join(', '),
    ],
    ['verified', verified === undefined ? undefined : escapeText(verified.reason)],
    ['scanned', scanned === undefined ? undefined : escapeText(scanned.reason)],
    ['signed', signed === undefined ? undefined : signed === 'now' ? 'yes' : 'it was already'],
    [
      'sent to other registries',
      published === undefined || published.copiedBytes === 0 ? undefined : formatBytes(published.copiedBytes),
    ],
  ];
  return table(
    ['image', ''],
    rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function commitLink(source: string, commit: string, date: string | undefined): string {
  const name = code(commit.slice(0, 12));
  const link = /^https?:\/\/[\w.:/-]+$/.test(source) ? `[${name}](${source}/commit/${commit})` : name;
  return date === undefined ? link : `${link} of ${escapeText(date)}`;
}

const tagTable = (tags: readonly TagOutcome[]): string =>
  table(
    ['tag', 'stands for', 'before'],
    tags.map(({ ref, outcome, digest, before, why }) => [
      code(`${ref.registry}/${ref.repository}:${ref.tag ?? ''}`),
      standing(outcome, digest, why),
      before === undefined ? '' : code(short(before)),
    ]),
  );

function standing(outcome: TagOutcome['outcome'], digest: string | undefined, why = ''): string {
  const name = digest === undefined ? 'nothing' : code(short(digest));
  if (outcome === 'stayed') return `${name}, stays: ${escapeText(why)}`;
  return outcome === 'already' ? `${name}, as before` : name;
}

const scanTable = (scans: readonly PlatformScan[]): string =>
  scans.length < 2
    ? ''
    : table(
        ['platform', 'scan'],
        scans.map(({ platform, outcome, reason }) => [
          code(platform),
          `${outcome === 'pass' ? 'passed' : '**refused**'}: ${escapeText(reason)}`,
        ]),
      );

const shown = 50;

function findings({ platform, findings: found = [], lines }: PlatformScan): string {
  if (found.length === 0) return lines.length === 0 ? '' : codeBlock(lines.join('\n'));
  const title = `${platform === '' ? 'findings' : platform}: ${countBySeverity(found)}`;
  const rows = found.slice(0, shown).map(row);
  const more = found.length > shown ? `\n\nand ${found.length - shown} more, in the report` : '';
  return details(title, `${table(['severity', 'rule', 'where', 'what'], rows)}${more}`);
}

const row = ({ severity, rule, place, message }: SarifFinding): string[] => [
  severity,
  code(rule),
  place === '' ? '' : code(place),
  escapeText(message),
];
