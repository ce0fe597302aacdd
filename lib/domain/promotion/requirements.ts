/** What must be known of an image before it goes on. */
import { closest } from '../suggest.ts';

export type Requirement =
  | { readonly kind: 'signature' }
  | { readonly kind: 'scan' }
  | { readonly kind: 'verified-in'; readonly environment: string };

/** Whether it is met, and by what; or why not, and what to do. */
export type Answer =
  | { readonly met: true; readonly evidence: string }
  | { readonly met: false; readonly why: string; readonly remedy: string };

export interface Answered {
  readonly requirement: Requirement;
  readonly answer: Answer;
}

export type ParsedRequirement =
  | { readonly kind: 'requirement'; readonly requirement: Requirement }
  | { readonly kind: 'problem'; readonly problem: string };

const words = ['signature', 'scan', 'verified-in'] as const;

/** As the author writes it: `signature`, `scan`, `verified-in:staging`. */
export const wordOf = (requirement: Requirement): string =>
  requirement.kind === 'verified-in' ? `verified-in:${requirement.environment}` : requirement.kind;

export function parseRequirement(text: string): ParsedRequirement {
  const [, word = '', colon, name = ''] = /^([^:]*)(:?)(.*)$/s.exec(text) ?? [];
  const environment = name.trim();
  if (word === 'verified-in')
    return environment === ''
      ? { kind: 'problem', problem: 'in which environment? write verified-in:staging' }
      : { kind: 'requirement', requirement: { kind: 'verified-in', environment } };
  if ((word === 'signature' || word === 'scan') && colon === '')
    return { kind: 'requirement', requirement: { kind: word } };
  const near = closest(word, words);
  const known = 'must be signature, scan or verified-in:<environment>';
  return { kind: 'problem', problem: near === undefined ? known : `${known}; did you mean ${near}?` };
}
