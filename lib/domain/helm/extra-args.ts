import type { Fault } from '../errors.ts';

/** Flags of `helm upgrade` that would break a promise or override an input, and what to use instead. */
const refused: Readonly<Record<string, string>> = {
  '--atomic': 'on-failure: rollback is the default and undoes with proof',
  '--ca-file': 'use chart-ca',
  '--cert-file': 'client certificates for chart sources are not supported',
  '--cleanup-on-fail': 'it deletes the evidence; use on-failure or on-first-failure',
  '--create-namespace': 'use create-namespace',
  '--debug': 're-run the job with debug logging instead',
  '--dependency-update': 'use dependency-update',
  '--description': 'the description carries the release record',
  '--devel': 'name the version: version: 1.2.0-rc.1',
  '--dry-run': 'use dry-run',
  '--force': 'it deletes and recreates objects; delete the one that must go by hand',
  '--force-conflicts': 'use force-conflicts',
  '--force-replace': 'it deletes and recreates objects; delete the one that must go by hand',
  '--help': 'it would do nothing but print',
  '--hide-secret': 'the diff needs the whole manifest; Secret values are hidden by us',
  '--history-max': 'use history-max',
  '--insecure-skip-tls-verify': 'use chart-ca',
  '--install': 'it is always on',
  '--key-file': 'client certificates for chart sources are not supported',
  '--keyring': 'verify the chart in a step before',
  '--namespace': 'use namespace',
  '--output': 'the output is read by the action; use its outputs',
  '--pass-credentials': 'credentials go to the host of the chart only',
  '--password': 'use chart-password',
  '--plain-http': 'only loopback registries are asked without TLS',
  '--recreate-pods': 'it stops every pod at once; change an annotation in values instead',
  '--registry-config': 'use chart-username and chart-password',
  '--repo': 'use repo',
  '--repository-cache': 'the action keeps a cache of its own',
  '--repository-config': 'use repo, chart-username and chart-password',
  '--content-cache': 'the action keeps a cache of its own',
  '--rollback-on-failure': 'on-failure: rollback is the default and undoes with proof',
  '--skip-crds': 'use crds: skip',
  '--take-ownership': 'use take-ownership',
  '--timeout': 'use timeout',
  '--username': 'use chart-username',
  '--values': 'use values-files, or values',
  '--verify': 'verify the chart in a step before',
  '--version': 'use version',
};

/** Whole families, by the start of the name. */
const refusedFamilies: readonly (readonly [start: string, instead: string])[] = [
  ['--set', 'use values: it is not visible to other processes, as arguments are'],
  ['--wait', 'the action waits by itself; see timeout, gate and ignore'],
  ['--kube', 'use kubeconfig and context, or server and server-token'],
  ['--post-renderer', 'what runs must be what was shown; change the chart or its values'],
];

const shortForms: Readonly<Record<string, string>> = {
  f: '--values',
  h: '--help',
  i: '--install',
  n: '--namespace',
  o: '--output',
};

/**
 * Reads the lines of `extra-args` into arguments for `helm upgrade`: `--flag`, `--flag=value` or `--flag value`
 * a line; quotes around a value are taken off. Everything that would break a promise is a fault by name.
 */
export function readExtraArgs(lines: readonly string[]): { args: string[]; faults: Fault[] } {
  const args: string[] = [];
  const faults: Fault[] = [];
  for (const line of lines) {
    const [, flag = line, separator = '', value = ''] = /^(-[^\s=]*)(\s+|=)?(.*)$/s.exec(line) ?? [];
    const problem = problemOf(flag);
    if (problem !== undefined) faults.push({ input: 'extra-args', value: flag, problem });
    else if (separator.trim() === '') args.push(flag, ...(value === '' ? [] : [unquoted(value)]));
    else args.push(`${flag}=${unquoted(value)}`);
  }
  return { args, faults };
}

function problemOf(flag: string): string | undefined {
  if (!flag.startsWith('-') || flag === '-' || flag === '--')
    return 'write one flag of helm upgrade a line: --flag or --flag=value';
  if (!flag.startsWith('--')) {
    // `-fvalues.yaml` and `-il` are one argument to helm, so only a lone `-l` (labels) is let through.
    if (flag === '-l') return undefined;
    const long = shortForms[flag.charAt(1)];
    return long === undefined ? 'write the long form of the flag' : refused[long];
  }
  return refused[flag] ?? refusedFamilies.find(([start]) => flag.startsWith(start))?.[1];
}

const unquoted = (value: string): string => /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
