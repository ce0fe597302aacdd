import { matrixOf, wavesOf } from '../../lib/domain/environments/matrix.ts';
import type { Environment } from '../../lib/domain/environments/types.ts';
import type { Report } from '../../lib/domain/report/result.ts';
import { summary } from './report-summary.ts';
import type { PlanResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'deploy',
  'environment',
  'is-production',
  'version',
  'tag',
  'tags',
  'digest',
  'namespace',
  'values-files',
  'url',
  'settings',
  'matrix',
  'waves',
  'changed-modules',
  'modules-matrix',
];

/** Of a first merge there may be tens of thousands. */
const mostNamed = 200;

/** What the workflow and the release manager get to see of it. */
export function report(result: PlanResult): Report {
  const { deploy, version, tags, digest, environment, modules, notes, occasion } = result;
  const changed = modules.changed.map(({ name }) => name);
  return {
    outputs: {
      deploy: String(deploy),
      version: version?.version ?? '',
      tag: tags[0] ?? '',
      tags: tags.join('\n'),
      digest,
      ...environmentOutputs(environment),
      'changed-modules': JSON.stringify(changed),
      'modules-matrix': JSON.stringify({ include: changed.map((module) => ({ module })) }),
    },
    summary: summary(result),
    annotations: notes.map((message) => ({ kind: 'warning', title: 'plan-release', message })),
    data: {
      occasion,
      versionFrom: version?.why ?? '',
      modules: {
        ...modules,
        outside: modules.outside.slice(0, mostNamed),
        outsideCount: modules.outside.length,
      },
      notes,
    },
  };
}

/** Of no environment there is nothing, in the form that `fromJSON` reads all the same. */
const environmentOutputs = (environment: Environment | undefined): Record<string, string> => ({
  environment: environment?.name ?? '',
  'is-production': String(environment?.production ?? false),
  namespace: environment?.namespace ?? '',
  'values-files': environment?.valuesFiles.join('\n') ?? '',
  url: environment?.url ?? '',
  settings: JSON.stringify(environment?.settings ?? {}),
  matrix: JSON.stringify(environment === undefined ? { include: [] } : matrixOf(environment)),
  waves: JSON.stringify(environment === undefined ? [] : wavesOf(environment)),
});
