import { parseDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import type { KubeObject } from '../kubernetes.ts';
import type { Grace } from './rules/rule.ts';
import type { FailFast } from './types.ts';

/** What a workload says of itself: a preset, or one patience for whatever likely cause it meets. */
export const failFastAnnotation = 'slipway.dev/fail-fast';

const presets: readonly FailFast[] = ['strict', 'balanced', 'off'];

/** Undefined where it says nothing, or nothing that can be read. */
function failFastOf({ metadata }: KubeObject): FailFast | Milliseconds | undefined {
  const text = metadata.annotations?.[failFastAnnotation] ?? '';
  return presets.find((preset) => preset === text) ?? parseDuration(text);
}

/** How long a cause of this grace may stand in this workload; undefined: until the deadline. */
export function patienceOf(
  grace: Grace | undefined,
  object: KubeObject,
  asked: FailFast,
): Milliseconds | undefined {
  const own = failFastOf(object) ?? asked;
  if (typeof own === 'number') return own;
  return own === 'off' ? undefined : grace?.[own];
}
