import { formatDuration } from '../../lib/domain/duration.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import { wordOf } from '../../lib/domain/promotion/requirements.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { code, details, escapeText, sections, table, verdictLine } from '../../lib/domain/report/markdown.ts';
import type { TagDecision } from '../../lib/domain/tags/guard.ts';
import type { PromoteResult } from './run.ts';

/** What the release manager reads: one line, what was promoted, on whose word, where it is now. */
export function summary(result: PromoteResult): string {
  const { source, requirements, plan, duration } = result;
  return sections(
    verdictLine('promote', result),
    about(result),
    table(
      ['Required', 'What meets it'],
      requirements.map(({ requirement, answer }) => [
        code(wordOf(requirement)),
        escapeText(answer.met ? answer.evidence : answer.why),
      ]),
    ),
    ...(plan === undefined ? done(result) : planned(plan)),
    details('The image', code(formatImageRef(source.ref))),
    `Took ${formatDuration(duration)}.`,
  );
}

/** What the image says of itself; anybody who may push can write it. */
function about({ source: { digest, facts } }: PromoteResult): string {
  const { version, revision, ref } = facts;
  const said = [
    ...(version === undefined ? [] : [`version ${code(version)}`]),
    ...(revision === undefined ? [] : [`commit ${code(revision.slice(0, 12))}`]),
    ...(ref === undefined ? [] : [`built by ${code(ref)}`]),
  ];
  return `Digest ${code(digest)}${said.length === 0 ? '' : `, which says of itself: ${said.join(', ')}`}.`;
}

function done({ copied, tags, window }: PromoteResult): string[] {
  return [
    table(
      ['Repository', 'Manifests', 'Blobs', 'Through this runner'],
      copied.map(({ to, manifests, present, mounted, copied: moved, bytes }) => [
        code(nameOf(to)),
        manifests === 0 ? 'all there' : `${manifests} new`,
        counted({ mounted, copied: moved, there: present }),
        formatBytes(bytes),
      ]),
    ),
    table(
      ['Tag', '', 'Before'],
      tags.map(({ ref, outcome, digest, before, why }) => [
        code(formatImageRef(ref)),
        outcome === 'stayed' ? escapeText(`stayed: ${why}`) : outcome,
        code((outcome === 'stayed' ? digest : before)?.slice(0, 19) ?? ''),
      ]),
    ),
    window === 0
      ? ''
      : `Between the last look at a tag and its write lay at most ${Math.ceil(window)} ms; all were read back afterwards.`,
  ];
}

function planned({ copies, tags }: NonNullable<PromoteResult['plan']>): string[] {
  return [
    '**Dry run**: nothing was changed.',
    table(
      ['Repository', 'Manifests', 'Blobs', 'At most through this runner'],
      copies.map(({ to, manifests, blobs, bytes }) => [
        code(nameOf(to)),
        String(manifests),
        String(blobs),
        formatBytes(bytes),
      ]),
    ),
    table(
      ['Tag', 'Would'],
      tags.map(({ ref, decision }) => [code(formatImageRef(ref)), would(decision)]),
    ),
  ];
}

function would(decision: TagDecision): string {
  if (decision.kind === 'already') return 'stay: it stands for it already';
  if (decision.kind === 'reuse') return `stay at ${code(decision.digest.slice(0, 19))}`;
  if (decision.kind !== 'write') return escapeText(`stay: ${decision.why}`);
  return decision.over === undefined ? 'be new' : `move from ${code(decision.over.slice(0, 19))}`;
}

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');

const nameOf = ({ registry, repository }: RepositoryRef): string => `${registry}/${repository}`;
