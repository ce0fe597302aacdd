/** Which answer proves that the new version speaks, as its author writes it. */
import type { Fault } from '../errors.ts';
import { Fields } from './fields.ts';
import { parseJsonPath } from './json-path.ts';
import { readRequest, requestKeys } from './parse-request.ts';
import { readYaml } from './parse.ts';
import type { CheckContext, Read } from './parse.ts';
import type { Identity } from './types.ts';

const keys = ['url', 'header', 'json', 'equals', 'replicas', 'pods', ...requestKeys];

/** Reads input `identity`; `url` is the input of that name, which it takes where it names none itself. */
export function parseIdentity(
  text: string,
  context: CheckContext & { url: string },
): Read<Identity | undefined> {
  const faults: Fault[] = [];
  const map = readYaml(text, 'identity', faults);
  if (map === undefined) return { value: undefined, faults };
  const fields = new Fields(map, 'identity', keys, faults);
  const target = fields.text('url', context.url);
  if (target === '') fields.fault('url', 'is needed: where does the version say who it is?');
  const [header, json, equals] = [fields.text('header'), fields.text('json'), fields.text('equals')];
  if ((header === '') === (json === ''))
    fields.fault('header', 'give header or json: which of them says who answers?');
  if (json !== '' && parseJsonPath(json) === undefined)
    fields.fault('json', 'is no path: write $.version', JSON.stringify(json));
  if (equals === '') fields.fault('equals', 'is needed: the digest, version or sha of the new one');
  const pods = readPods(fields, context);
  return {
    value: {
      ...readRequest(fields, 'url', target === '' ? 'http://unknown/' : target, context.namespace),
      from: json === '' ? { kind: 'header', name: header.toLowerCase() } : { kind: 'json', path: json },
      equals,
      replicas: fields.texts('replicas'),
      ...(pods === undefined ? {} : { pods }),
    },
    faults,
  };
}

function readPods(fields: Fields, { namespace }: CheckContext): Identity['pods'] {
  const pods = fields.nested('pods', ['selector', 'port', 'namespace']);
  if (pods === undefined) return undefined;
  const where = pods.text('namespace', namespace);
  const selector = pods.text('selector');
  if (selector === '') pods.fault('selector', 'is needed: app=shop');
  if (where === '') pods.fault('namespace', 'is needed: which namespace are the pods in?');
  return { namespace: where, selector, port: pods.integer('port', 80, { min: 1, max: 65_535 }) };
}
