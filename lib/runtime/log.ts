import { randomUUID } from 'node:crypto';
import type { Log } from '../ports/log.ts';
import { escapeData } from './masking.ts';
import type { Masks } from './masking.ts';

export type AnnotationKind = 'error' | 'warning' | 'notice';

/** The Log port and what only the runtime says: annotations on the run page. */
export interface StepLog extends Log {
  /** Shown on the run page; the first line of `message` is what most readers see. */
  annotate(kind: AnnotationKind, message: string, title?: string): void;
}

/** GitHub keeps this many of each kind per step and drops the rest (runner, ExecutionContext.cs). */
const annotationsPerKind = 10;
const annotationLength = 4_096;

/** A log made of GitHub's workflow commands. `write` gets whole lines, in one call where they belong together. */
export function stepLog(write: (text: string) => void, masks: Masks, debugOn: boolean): StepLog {
  const spent: Record<AnnotationKind, number> = { error: 0, warning: 0, notice: 0 };
  let depth = 0;
  const say = (text: string): void => write(`${masks.redact(text).split('\n').map(harmless).join('\n')}\n`);

  const annotate = (kind: AnnotationKind, message: string, title?: string): void => {
    const shown = masks.redact(message);
    spent[kind] += 1;
    if (spent[kind] > annotationsPerKind) {
      say(`${kind}: ${shown}`);
      return;
    }
    const cut = shown.length > annotationLength ? `${shown.slice(0, annotationLength - 1)}…` : shown;
    const property = title === undefined ? '' : ` title=${escapeProperty(masks.redact(title))}`;
    write(`::${kind}${property}::${escapeData(cut)}\n`);
  };

  return {
    annotate,
    info: say,
    warn: (line) => annotate('warning', line),
    debug: (line) => {
      if (debugOn) write(`::debug::${escapeData(masks.redact(line))}\n`);
    },
    async group(title, body) {
      // The runner closes the outer group when an inner one opens: an inner title is only said.
      depth += 1;
      if (depth === 1) write(`::group::${escapeData(masks.redact(title))}\n`);
      else say(title);
      try {
        return await body();
      } finally {
        depth -= 1;
        if (depth === 0) write('::endgroup::\n');
      }
    },
    untrusted(lines) {
      if (lines.length === 0) return;
      const text = masks.redact(lines.join('\n'));
      if (!looksLikeCommand(text)) {
        write(`${text}\n`);
        return;
      }
      // The token is made after the text, so the text cannot contain it.
      const token = randomUUID();
      write(`::stop-commands::${token}\n${text}\n::${token}::\n`);
    },
    mask: (secret) => masks.mask(secret),
  };
}

/** The runner obeys `::name::` at the start of a line and `##[name]` anywhere in it. */
const looksLikeCommand = (text: string): boolean => /^\s*::/m.test(text) || text.includes('##[');

/** Our own lines quote names and messages that others chose: a line of ours is never a command. */
const harmless = (line: string): string =>
  looksLikeCommand(line) ? line.replace(/^(\s*)::/, '$1: :').replaceAll('##[', '# #[') : line;

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
