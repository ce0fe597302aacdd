/** An issue as a gate, for repositories whose environments cannot have reviewers: what it holds, and what is said in it. */
import { fitSummary } from '../report/fit.ts';
import { parseProposal } from './proposal.ts';
import type { Proposal } from './proposal.ts';

/** All of ours bear it; who may only comment cannot set it. */
export const gateLabel = 'slipway-approval';

export interface GateIssue {
  readonly number: number;
  readonly url: string;
  readonly author: string;
  readonly labels: readonly string[];
  readonly state: 'open' | 'closed';
  readonly body: string;
}

/** GitHub takes 65,536 characters; the proposal needs a few of them. */
const pageBudget = 48 * 1024;

const how = `Comment \`/approve\` or \`/reject\`, with a reason behind it if you like.`;

/** The page for people, the proposal for the run that goes on with it. */
export function issueBody(page: string, proposal: Proposal): string {
  // Nothing in it may end the comment.
  const json = JSON.stringify(proposal, undefined, 1).replaceAll('>', String.raw`\u003e`);
  return `${fitSummary(page, pageBudget)}\n\n**${how}**\n\n<!-- slipway-proposal\n${json}\n-->\n`;
}

/** The proposal of an issue, or in a few words why it has none. */
export function proposalIn(body: string): Proposal | { readonly unreadable: string } {
  // The last one: the page before it shows texts of others.
  const json = [...body.matchAll(/<!-- slipway-proposal\r?\n([\s\S]*?)\r?\n-->/g)].at(-1)?.[1];
  return json === undefined ? { unreadable: 'it holds no proposal' } : parseProposal(json);
}

export type Said =
  | { readonly kind: 'approve' | 'reject'; readonly comment: string }
  /** Somebody only talks. */
  | { readonly kind: 'nothing' };

/** What a comment decides: its first line alone, so that a quotation of somebody else's `/approve` is none. */
export function saidIn(comment: string): Said {
  const [, word, inline = '', rest = ''] =
    /^\/(approve|reject)(?:[ \t]+(.*))?(?:\r?\n([\s\S]*))?$/.exec(comment.trim()) ?? [];
  if (word !== 'approve' && word !== 'reject') return { kind: 'nothing' };
  return { kind: word, comment: [inline.trim(), rest.trim()].filter(Boolean).join('\n') };
}

export const roles = ['write', 'maintain', 'admin'] as const;
/** GitHub's roles that may push, weakest first. */
export type Role = (typeof roles)[number];

/** Whether a role of GitHub's is at least the one that is asked for. Custom roles count as what they are based on. */
export const isAtLeast = (
  { permission, role }: { readonly permission: string; readonly role: string },
  asked: Role,
): boolean => {
  const rank = Math.max(...[permission, role].map((each) => roles.findIndex((known) => known === each)));
  return rank >= roles.indexOf(asked);
};
