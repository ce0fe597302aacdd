/** The checks as their author writes them: a YAML list, one map per check. Every fault at once. */
import type { Milliseconds } from '../duration.ts';
import type { Fault } from '../errors.ts';
import { isDigest, parseImageRef } from '../image-ref.ts';
import { closest } from '../suggest.ts';
import { Fields, isMap } from './fields.ts';
import { readCommand } from './parse-command.ts';
import { readExpectation, readLatency } from './parse-expect.ts';
import { readHostPort, readRequest, readTrust, readVia, requestKeys } from './parse-request.ts';
import { withoutUser } from './target.ts';
import { readMatch } from './text-match.ts';
import type { Check, CheckOf, Severity } from './types.ts';
import { readYaml } from './yaml.ts';

export interface CheckContext {
  /** Where `via` and `pods` look unless they say otherwise; empty where the action has none. */
  readonly namespace: string;
}

export interface Read<Value> {
  readonly value: Value;
  readonly faults: readonly Fault[];
}

const usualAttempt: Milliseconds = 10_000;
const aDay: Milliseconds = 86_400_000;
const most = 500;

/** What a check asks; just one of them. */
const kinds = ['http', 'tcp', 'tls', 'command', 'pods'] as const;
type KindName = (typeof kinds)[number];

const shared = ['name', 'severity', 'timeout'] as const;
const keysOf: Readonly<Record<KindName, readonly string[]>> = {
  http: ['http', ...requestKeys, 'expect', 'latency', ...shared],
  tcp: ['tcp', 'via', ...shared],
  tls: ['tls', 'valid-for', 'ca', 'cert', 'key', 'insecure', ...shared],
  command: ['command', 'exit-code', 'output', ...shared],
  pods: ['pods', 'namespace', 'digest', 'at-least', ...shared],
};

/** Reads the list of checks in input `input`. With faults, the value is not to be used. */
export function parseChecks(text: string, input: string, context: CheckContext): Read<readonly Check[]> {
  const faults: Fault[] = [];
  const list = readYaml(text, input, faults);
  if (list !== undefined && !Array.isArray(list))
    faults.push({ input, value: 'not a list', problem: 'write a YAML list: - http: https://…' });
  if (Array.isArray(list) && list.length === 0)
    faults.push({ input, value: 'an empty list', problem: 'nothing would be proven; leave it out' });
  if (Array.isArray(list) && list.length > most)
    faults.push({ input, value: `${list.length} checks`, problem: `at most ${most}` });
  const checks = (Array.isArray(list) ? (list as unknown[]) : []).flatMap(
    (entry, at) => readCheck(entry, `${input}[${at}]`, context, faults) ?? [],
  );
  const names = checks.map(({ name }) => name);
  for (const name of new Set(names.filter((each, at) => names.indexOf(each) !== at)))
    faults.push({
      input,
      value: JSON.stringify(name),
      problem: 'two checks have this name; name them apart',
    });
  return { value: checks, faults };
}

/** The check that the input `url` stands for: it answers 2xx. */
export const parseUrl = (url: string): Read<readonly Check[]> => {
  const { value, faults } = parseChecks(JSON.stringify([{ http: url }]), 'url', { namespace: '' });
  return { value, faults: faults.map((fault) => ({ ...fault, input: 'url' })) };
};

function readCheck(entry: unknown, path: string, context: CheckContext, faults: Fault[]): Check | undefined {
  const named = isMap(entry) ? kinds.filter((kind) => Object.hasOwn(entry, kind)) : [];
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const value = kind === undefined ? 'a check without a target' : named.join(' and ');
    const near = kind === undefined && isMap(entry) ? nearestKind(Object.keys(entry)) : '';
    faults.push({ input: path, value, problem: `needs just one of ${kinds.join(', ')}${near}` });
    return undefined;
  }
  const fields = new Fields(entry, path, keysOf[kind], faults);
  const asked = kind === 'command' ? readCommand(fields) : [fields.text(kind).trim()];
  const target = asked.join(' ');
  if (target === '' && ['string', 'object'].includes(typeof fields.raw(kind)))
    fields.fault(kind, 'is empty: what is to be asked?');
  const base = {
    name: fields.text('name') || `${kind} ${withoutUser(target)}`.slice(0, 120),
    severity: fields.choice<Severity>('severity', ['fail', 'warn']),
    attemptTimeout: fields.duration('timeout', usualAttempt),
  };
  return { ...base, ...readers[kind](fields, asked, context) };
}

/** `htttp:` was meant to be one of them. */
function nearestKind(keys: readonly string[]): string {
  const others = keys.filter((key) => !Object.values(keysOf).some((known) => known.includes(key)));
  const [meant] = others.flatMap((key) => closest(key, kinds) ?? []);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

type Own<Kind extends KindName> = Omit<CheckOf<Kind>, 'name' | 'severity' | 'attemptTimeout'>;
/** `asked`: a command's words; one text for all others. */
type Reader<Kind extends KindName> = (
  fields: Fields,
  asked: readonly string[],
  context: CheckContext,
) => Own<Kind>;

const readers: { readonly [Kind in KindName]: Reader<Kind> } = {
  http(fields, [target = ''], { namespace }) {
    const latency = readLatency(fields);
    return {
      kind: 'http',
      ...readRequest(fields, 'http', target, namespace),
      expect: readExpectation(fields),
      ...(latency === undefined ? {} : { latency }),
    };
  },
  tcp(fields, [target = ''], { namespace }) {
    const via = readVia(fields, namespace);
    return { kind: 'tcp', ...readHostPort(fields, 'tcp', target), ...(via === undefined ? {} : { via }) };
  },
  tls: (fields, [target = '']) => ({
    kind: 'tls',
    ...readHostPort(fields, 'tls', target),
    tls: readTrust(fields),
    validFor: fields.duration('valid-for', aDay),
  }),
  command: (fields, argv) => ({
    kind: 'command',
    argv,
    exitCode: fields.integer('exit-code', 0, { min: 0, max: 255 }),
    output: fields.list('output').flatMap((value, at) => {
      const match = readMatch(value);
      if (typeof match !== 'string') return [match];
      fields.fault(`output[${at}]`, match);
      return [];
    }),
  }),
  pods(fields, [selector = ''], { namespace }) {
    const where = fields.text('namespace') || namespace;
    if (where === '') fields.fault('namespace', 'is needed: which namespace are the pods in?');
    return {
      kind: 'pods',
      selector,
      namespace: where,
      ...(fields.has('digest') ? readDigest(fields) : {}),
      atLeast: fields.integer('at-least', 1, { min: 1, max: 10_000 }),
    };
  },
};

/** `sha256:…`, or a reference that ends so: deploy-helm's output `images` has them. Empty is a fault, for nothing would be held against it. */
function readDigest(fields: Fields): Pick<CheckOf<'pods'>, 'digest' | 'repository'> {
  const text = fields.text('digest');
  if (isDigest(text)) return { digest: text };
  const { digest, registry, repository } = parseImageRef(text) ?? {};
  if (digest !== undefined) return { digest, repository: `${registry}/${repository}` };
  fields.fault(
    'digest',
    'must be sha256: and 64 hex digits, or a reference that ends so',
    JSON.stringify(text),
  );
  return {};
}
