/** What a scanner found, from its SARIF 2.1.0 report (OASIS); severities as GitHub's code scanning shows them. */

export const severities = ['critical', 'high', 'medium', 'low'] as const;
export type SarifSeverity = (typeof severities)[number];

export interface SarifFinding {
  readonly rule: string;
  readonly severity: SarifSeverity;
  /** One line. */
  readonly message: string;
  /** The package or file; empty where the report names none. */
  readonly place: string;
}

/** The findings, worst first; a string says why the text is no report. Suppressed results are left out. */
export function readSarif(text: string): readonly SarifFinding[] | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const runs = listAt(document, 'runs');
  if (runs === undefined) return 'it has no runs';
  const findings = runs.flatMap((run) => findingsOf(run));
  return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** Those at least as bad as `limit`. */
export const atLeast = (findings: readonly SarifFinding[], limit: SarifSeverity): SarifFinding[] =>
  findings.filter(({ severity }) => severities.indexOf(severity) <= severities.indexOf(limit));

/** How many of each; those without any are left out: `2 critical, 1 low`. Empty without findings. */
export const countBySeverity = (findings: readonly SarifFinding[]): string =>
  severities
    .map((severity) => [severity, findings.filter((each) => each.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ');

function findingsOf(run: unknown): SarifFinding[] {
  const drivers = [at(at(run, 'tool'), 'driver'), ...(listAt(at(run, 'tool'), 'extensions') ?? [])];
  const rules = drivers.flatMap((driver) => listAt(driver, 'rules') ?? []);
  const byId = new Map(rules.map((rule) => [textAt(rule, 'id'), rule]));
  return (listAt(run, 'results') ?? []).filter(counts).map((result) => {
    const id = textAt(result, 'ruleId') || textAt(at(result, 'rule'), 'id');
    const index = at(result, 'ruleIndex');
    const rule = byId.get(id) ?? (typeof index === 'number' ? rules[index] : undefined);
    return {
      rule: id || textAt(rule, 'id'),
      severity: severityOf(result, rule),
      message: textAt(at(result, 'message'), 'text').split('\n')[0]?.slice(0, 300) ?? '',
      place: placeOf(result),
    };
  });
}

/** `kind: pass` is no finding; a suppression counts unless it was rejected or is under review. */
function counts(result: unknown): boolean {
  const kind = textAt(result, 'kind');
  const suppressions = listAt(result, 'suppressions') ?? [];
  const suppressed = suppressions.some((each) => ['', 'accepted'].includes(textAt(each, 'status')));
  return (kind === '' || kind === 'fail') && !suppressed;
}

/** By CVSS score where the scanner gives one (`security-severity`), else by the level. */
function severityOf(result: unknown, rule: unknown): SarifSeverity {
  const scores = [result, rule].map((each) => at(at(each, 'properties'), 'security-severity'));
  const score = scores.map(Number).find((each, index) => scores[index] !== undefined && !Number.isNaN(each));
  if (score !== undefined) {
    if (score >= 9) return 'critical';
    if (score >= 7) return 'high';
    return score >= 4 ? 'medium' : 'low';
  }
  const level = textAt(result, 'level') || textAt(at(rule, 'defaultConfiguration'), 'level') || 'warning';
  if (level === 'error') return 'high';
  return level === 'warning' ? 'medium' : 'low';
}

function placeOf(result: unknown): string {
  const physical = at(listAt(result, 'locations')?.[0], 'physicalLocation');
  return textAt(at(physical, 'artifactLocation'), 'uri');
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

const textAt = (value: unknown, key: string): string => {
  const text = at(value, key);
  return typeof text === 'string' ? text : '';
};

const listAt = (value: unknown, key: string): unknown[] | undefined => {
  const list = at(value, key);
  return Array.isArray(list) ? (list as unknown[]) : undefined;
};
