/** Which answer proves that the new version speaks, as its author writes it. */
import type { Fault } from '../errors.ts';
import { parseAddress } from './address.ts';
import { Fields } from './fields.ts';
import { parseJsonPath } from './json-path.ts';
import { anAddress, readRequest, requestKeys } from './parse-request.ts';
import type { CheckContext, Read } from './parse.ts';
import type { Identity } from './types.ts';
import { readYaml } from './yaml.ts';

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
  const replicas = readReplicas(fields);
  const ways = ['replicas', 'pods', 'via', 'resolve'].filter((each) => fields.has(each));
  if (ways.length > 1) fields.fault(ways[1] ?? '', `each says the way: give only one of ${ways.join(', ')}`);
  return {
    value: {
      ...readRequest(fields, 'url', urlOf(target, pods), context.namespace),
      from: json === '' ? { kind: 'header', name: header.toLowerCase() } : { kind: 'json', path: json },
      equals,
      replicas,
      ...(pods === undefined ? {} : { pods }),
    },
    faults,
  };
}

/** Each pod is asked by a way of its own, so a path is enough. Nothing at all has been told as a fault already. */
function urlOf(target: string, pods: Identity['pods']): string {
  if (target === '') return 'http://unknown/';
  return pods !== undefined && target.startsWith('/') ? `http://localhost${target}` : target;
}

function readReplicas(fields: Fields): string[] {
  const addresses = fields.texts('replicas');
  const wrong = addresses.find((each) => parseAddress(each) === undefined);
  if (wrong !== undefined) fields.fault('replicas', anAddress, JSON.stringify(wrong));
  if (fields.has('replicas') && addresses.length === 0)
    fields.fault('replicas', 'is empty: leave it out, or name an address');
  return addresses;
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
