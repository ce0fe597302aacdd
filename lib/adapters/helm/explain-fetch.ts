import { TargetError } from '../../domain/errors.ts';

type Rule = readonly [
  pattern: RegExp,
  explain: (found: (index: number) => string) => readonly [message: string, remedy: string],
];

/** Helm's and the registries' words while a chart is fetched. */
const rules: readonly Rule[] = [
  [
    /no chart version found for (\S+)-([^-\s]\S*)|"([^"]+)" matching (\S+) not found in \S+ index/,
    (at) => [
      `the repository has no version ${at(2) || at(4)} of ${at(1) || at(3)}`.replace('  ', ' '),
      'see what there is with helm search repo --versions, and name that in version',
    ],
  ],
  [
    /no chart name found|chart "([^"]*)" not found/,
    () => ['the repository has no chart of that name', 'mend chart, or repo'],
  ],
  [
    /(?:tls: failed to verify certificate|x509): (?:x509: )?(.*)/,
    (at) => [
      `the certificate of the chart source is not trusted: ${at(1)}`,
      'give its certificate authority in chart-ca',
    ],
  ],
  [
    /\b(401|403)\b|unauthorized|authentication required|denied|basic credential not found/i,
    (at) => [
      `the chart source refuses the credentials${at(1) === '' ? '' : ` (${at(1)})`}`,
      'give chart-username and chart-password, of an account that may read it',
    ],
  ],
  [
    /\b404\b|not found|manifest unknown|name unknown/i,
    () => ['the chart source has no such chart or version', 'mend chart, version or repo'],
  ],
  [
    /lock file \((\S+)\) is out of sync/,
    (at) => [
      `${at(1)} is out of sync with Chart.yaml`,
      'run helm dependency update and commit the lock file',
    ],
  ],
  [
    /no repository definition for (.*?)\. Please/,
    (at) => [
      `a dependency names a repository that only this person's helm knows: ${at(1)}`,
      'write its URL into Chart.yaml',
    ],
  ],
  [
    /digest mismatch: (.*)/,
    (at) => [`the registry holds another digest: ${at(1)}`, 'name the digest that was published'],
  ],
  [
    /dial tcp.*|no such host|connection refused|i\/o timeout|TLS handshake timeout|server gave HTTP response to HTTPS client/,
    (at) => [
      `the chart source cannot be reached: ${at(0)}`,
      'check the address, and HTTPS_PROXY and NO_PROXY of the runner',
    ],
  ],
];

/** Reads what helm wrote while fetching; undefined when it is nothing that we know. */
export function explainFetch(output: string, subject: string): TargetError | undefined {
  for (const [pattern, explain] of rules) {
    const match = pattern.exec(output);
    if (match === null) continue;
    const [message, remedy] = explain((index) => match[index] ?? '');
    return new TargetError(message, { subject, remedy, details: [['helm', lastLine(output)]] });
  }
  return undefined;
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? '';
