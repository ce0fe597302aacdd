import type { Rule } from './rule.ts';

/** Labels what the cluster does not serve: `Widget in example.com/v1`. */
export const unknownKind = 'unknown';

const mendTemplate = 'mend the template, or the value that it reads';

/** What is wrong with the chart or its values: found while rendering, so nothing was changed. */
export const chartRules: readonly Rule[] = [
  [
    /chart requires kubeVersion: (.*?) which is incompatible with Kubernetes (\S+)/,
    (at) => ({
      message: `the chart needs Kubernetes ${at(1)}; the cluster is ${at(2)}`,
      remedy: 'upgrade the cluster, or take a version of the chart that supports it',
    }),
  ],
  [
    /values don't meet the specifications of the schema\(s\) in the following chart\(s\):\n([\s\S]+)/,
    (at) => ({
      message: "the values do not fit the chart's schema",
      remedy: 'mend values, values-files or images as listed',
      details: findings(at(1)),
    }),
  ],
  [
    /YAML parse error on (\S+): (?:error converting YAML to JSON: )?(.*)/,
    (at) => ({
      message: `${at(1)} renders to something that is not YAML: ${at(2)}`,
      remedy: 'render it with helm template --debug; most often a value needs quote or nindent',
    }),
  ],
  [
    /failed to parse (\S+): (?:cannot unmarshal yaml document: )?(?:error converting YAML to JSON: )?(.*)/,
    (at) => ({ message: `the values file ${at(1)} is not YAML: ${at(2)}`, remedy: 'mend the file' }),
  ],
  [
    /(?:execution|parse) error at \(([^)]+)\): (.*)/,
    (at) => ({
      message: `the chart's template says: ${at(2)} (${at(1)})`,
      remedy: 'give the value that it asks for, or mend the template',
    }),
  ],
  [
    /^Error: (?:UPGRADE FAILED: )?(?:template: )?(\S+?:\d+:\d+)(?::|\n)\s*(.*)/,
    (at, text) => ({
      message: `the chart does not render: ${innermost(text) ?? at(2)} (${at(1)})`,
      remedy: mendTemplate,
    }),
  ],
  [
    /found in Chart\.yaml, but missing in charts\/ directory: (.*)/,
    (at) => ({
      message: `the chart lacks dependencies: ${at(1)}`,
      remedy: 'set dependency-update: true, or commit charts/',
    }),
  ],
  [
    /open (\S+): no such file or directory/,
    (at) => ({
      message: `there is no file ${at(1)}`,
      remedy: 'mend the path; is actions/checkout before this step?',
    }),
  ],
  [
    /no matches for kind "([^"]+)" in version "([^"]+)"/,
    (at, text) => ({
      message: `the cluster does not know ${at(1)} in ${at(2)}`,
      remedy: 'install the CRDs or the operator first, or take a chart for this version of Kubernetes',
      details: unknownKinds(text),
    }),
  ],
  [
    /error validating data: (.*)|failed to create typed patch object \(.*?\): (.*)|(\S+ in version \S+ cannot be handled as .*)/,
    (at) => ({
      message: `an object does not fit the API's schema: ${at(1)}${at(2)}${at(3)}`,
      remedy: mendTemplate,
    }),
  ],
  [
    /Secret "sh\.helm\.release[^"]*" is invalid: data: Too long|(?:request entity|etcdserver: request is) too large/i,
    () => ({
      message: 'the release is larger than the 1 MiB that Helm can store in one Secret',
      remedy: 'take large files out of the chart (.helmignore, unused subcharts), or split it',
    }),
  ],
];

/** The schema checker's findings: a line with a colon alone names the chart they belong to. */
function findings(text: string): (readonly [string, string])[] {
  let chart = 'chart';
  return text.split('\n').flatMap((line): (readonly [string, string])[] => {
    chart = /^(\S+):$/.exec(line)?.[1] ?? chart;
    const finding = /^\s*- (.+)/.exec(line)?.[1];
    return finding === undefined ? [] : [[chart, finding]];
  });
}

/** What is said after the last `at <…>:` of nested templates; Helm 4 writes it on a line of its own. */
const innermost = (text: string): string | undefined =>
  /[\s\S]*\bat <[^>]*>:\s+(?:error calling \w+:\s+)?(.+)/.exec(text)?.[1];

const unknownKinds = (text: string): (readonly [string, string])[] =>
  [...new Set([...text.matchAll(/no matches for kind "([^"]+)" in version "([^"]+)"/g)].map(named))].map(
    (kind) => [unknownKind, kind] as const,
  );

const named = ([, kind, version]: RegExpExecArray): string => `${kind} in ${version}`;
