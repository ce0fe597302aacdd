/** What the whole step takes before and beside all that it does with an image, in seconds. */
import { settleTime } from '../../lib/steps/tag-images.ts';
import { pinnedNode } from '../../test/support/node.ts';
import { startTool } from '../kit/run-tool.ts';
import { figure, median } from '../table.ts';

/** Until node has run an empty script and is gone: every action in JavaScript takes that. */
export async function emptyScript(): Promise<number> {
  const { startedAt, endedAt } = await startTool([pinnedNode(), '--eval', ''], {}).ended;
  return (endedAt - startedAt) / 1_000;
}

/** How it is put beside a goal that falls short, with what the other one needs for everything. */
export function unavoidable(emptyScripts: readonly number[], theirs: number): string {
  const wait = settleTime(0) / 1_000;
  const start = figure(median(emptyScripts));
  return `node takes ${start} s for an empty script, a tag is read back ${wait} s after its write or later; they take ${figure(theirs)} s for all`;
}
