/** What GitHub says of an environment, and whether that is the gate that was asked for. */

export const protections = ['reviewers', 'no-self-review', 'branch-policy', 'wait-timer'] as const;
/**
 * `reviewers`: somebody must approve. `no-self-review`: not who started the run. `branch-policy`: only some branches or
 * tags may deploy. `wait-timer`: it waits for a while.
 */
export type Protection = (typeof protections)[number];

/** GitHub's environment, as far as it matters here (repos/get-environment). */
export interface EnvironmentFacts {
  readonly name: string;
  /** Logins of users and `@slug` of teams; GitHub wants one of them. */
  readonly reviewers: readonly string[];
  readonly preventsSelfReview: boolean;
  /** Minutes; 0 where there is none. */
  readonly waits: number;
  /** Whether branches or tags are restricted. */
  readonly restrictsBranches: boolean;
}

export interface RawEnvironment {
  readonly name: string;
  readonly protection_rules?: readonly RawRule[];
  readonly deployment_branch_policy?: object | null;
}

interface RawRule {
  readonly type: string;
  readonly wait_timer?: number;
  readonly prevent_self_review?: boolean;
  readonly reviewers?: readonly {
    readonly type?: string;
    readonly reviewer?: { readonly login?: string; readonly slug?: string };
  }[];
}

/** Reads GitHub's own JSON. A rule that this version does not know counts for nothing: it is not what was asked for. */
export function readEnvironment(raw: RawEnvironment): EnvironmentFacts {
  const rules = raw.protection_rules ?? [];
  const ruleOf = (type: string): RawRule | undefined => rules.find((rule) => rule.type === type);
  const required = ruleOf('required_reviewers');
  return {
    name: raw.name,
    reviewers: (required?.reviewers ?? []).flatMap(({ type, reviewer }) => {
      const name = type === 'Team' ? reviewer?.slug : reviewer?.login;
      return name === undefined ? [] : [type === 'Team' ? `@${name}` : name];
    }),
    preventsSelfReview: required?.prevent_self_review === true,
    waits: ruleOf('wait_timer')?.wait_timer ?? 0,
    restrictsBranches: raw.deployment_branch_policy !== null && raw.deployment_branch_policy !== undefined,
  };
}

/** Which of the protections that were asked for are not there, in the author's words. */
export const missingProtections = (
  asked: readonly Protection[],
  facts: EnvironmentFacts,
): readonly Protection[] => asked.filter((protection) => !isThere(protection, facts));

function isThere(protection: Protection, facts: EnvironmentFacts): boolean {
  switch (protection) {
    case 'reviewers':
      return facts.reviewers.length > 0;
    case 'no-self-review':
      return facts.preventsSelfReview;
    case 'branch-policy':
      return facts.restrictsBranches;
    case 'wait-timer':
    default:
      return facts.waits > 0;
  }
}

const settings: Readonly<Record<Protection, string>> = {
  reviewers: 'Required reviewers, with at least one person or team',
  'no-self-review': 'Required reviewers, Prevent self-review',
  'branch-policy': 'Deployment branches and tags, Selected or Protected branches',
  'wait-timer': 'Wait timer',
};

/** Where in GitHub's settings it is switched on. */
export const settingOf = (protection: Protection): string => settings[protection];
