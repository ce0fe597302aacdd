import { dockerfileOf } from '../../lib/domain/build/intent.ts';
import type { CheckedTag } from '../../lib/steps/images-tag/check.ts';
import type { Inputs } from './inputs.ts';
import type { Found } from './look.ts';
import { formatRepository } from './plan.ts';
import type { Plan } from './plan.ts';

/** What would be done, in order; arguments of commands and of the build are not repeated here. */
export function planLines(inputs: Inputs, plan: Plan, found: Found): string[] {
  const { images, push, quarantine } = inputs;
  const [primary, ...others] = images;
  const { verify, scan, severity, sign } = quarantine;
  return [
    makeLine(inputs, found),
    ...(push && primary !== undefined && found.kind === 'make'
      ? [`push to ${formatRepository(primary)} by digest, without a tag`]
      : []),
    ...(verify.length === 0 ? [] : [`verify it with ${verify[0] ?? ''}`]),
    ...(scan.length === 0
      ? []
      : [`scan every platform with ${scan[0] ?? ''}; refuse what is ${severity} or worse`]),
    ...(sign === undefined
      ? []
      : [`sign its digest ${sign.kind === 'key' ? 'with sign-key' : 'as this workflow'}`]),
    ...others.map((each) => `copy it to ${formatRepository(each)}`),
    ...(push
      ? found.checked.map((each) => tagLine(each, found.kind === 'reuse' ? found.image.digest : undefined))
      : []),
    ...(push && plan.tags.length === 0 ? ['write no tag: none is given'] : []),
  ];
}

function makeLine({ what }: Inputs, found: Found): string {
  if (found.kind === 'reuse') return `build nothing, reuse ${found.image.digest}: ${found.why}`;
  if (what.kind === 'merge') return `merge ${what.digests.length} digests into one index`;
  const { platforms, target } = what.intent;
  const of = target === undefined ? '' : `, target ${target}`;
  const on = platforms.length === 0 ? '' : `, for ${platforms.join(', ')}`;
  return `build ${dockerfileOf(what.intent)}${of}${on} (${found.why})`;
}

function tagLine({ ref, decision }: CheckedTag, reused: string | undefined): string {
  const name = `${formatRepository(ref)}:${ref.tag ?? ''}`;
  if (decision.kind === 'write') {
    if (decision.over === undefined) return `tag ${name}`;
    return decision.over === reused
      ? `leave ${name}: it stands for ${reused}`
      : `move ${name} from ${decision.over}`;
  }
  if (decision.kind === 'stay') return `leave ${name}: ${decision.why}`;
  return `leave ${name}: it stands for ${decision.digest}`;
}
