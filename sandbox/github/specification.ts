import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import { toJsonSchema } from './schema.ts';

type Json = { [key: string]: unknown };

/** Each way in which a value breaks a schema, said of the place it came from. */
type Check = (where: string, value: unknown) => string[];

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Json;
  'x-multi-segment'?: boolean;
}

export interface Operation {
  id: string;
  method: string;
  pattern: RegExp;
  names: string[];
  parameters: { parameter: Parameter; check: Check }[];
  body: { check: Check; required: boolean } | undefined;
  /** By status; `undefined` where the answer has no body. */
  responses: Map<number, Check | undefined>;
}

/** What a request was understood to be, or each way in which it breaks the published description. */
export type Understood =
  | { kind: 'request'; operation: Operation; path: Values; query: Values; body: unknown }
  | { kind: 'unknown' }
  | { kind: 'violation'; operation: Operation; faults: string[] };

export type Values = Record<string, string | number | boolean>;

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
}

export interface Specification {
  understand(asked: Asked): Understood;
  /** Each way in which an answer breaks the published description. */
  faultsOfAnswer(operation: Operation, status: number, body: unknown): string[];
}

let loaded: Specification | undefined;

/** The published description, from openapi.json, the extract that extract.ts makes. */
export function loadSpecification(): Specification {
  loaded ??= compileSpecification();
  return loaded;
}

function compileSpecification(): Specification {
  const text = readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8');
  const document = JSON.parse(text) as { paths: Record<string, Record<string, Json>>; components: Json };
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  formats.default(ajv);
  ajv.addSchema({ $id: 'openapi', components: toJsonSchema(document.components) as Json });

  // Compiled when first needed: all at once would cost half a second at every start.
  const compile = (schema: unknown): Check => {
    let ready: ReturnType<typeof ajv.compile> | undefined;
    const validator = (): ReturnType<typeof ajv.compile> =>
      (ready ??= ajv.compile(toJsonSchema(schema) as Json));
    return (where, value) => (validator()(value) ? [] : explain(where, validator().errors));
  };
  const basicError = compile({ $ref: '#/components/schemas/basic-error' });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => readOperation(path, method, one, document, compile)),
  );

  return {
    understand(asked) {
      const operation = operations.find((one) => one.method === asked.method && one.pattern.test(asked.path));
      return operation ? understand(operation, asked) : { kind: 'unknown' };
    },
    faultsOfAnswer(operation, status, body) {
      const published = operation.responses.has(status);
      if (!published && status < 400) return [`status ${status} is not published`];
      const check = operation.responses.get(status) ?? (status < 400 ? undefined : basicError);
      if (!check) return body === undefined ? [] : ['a body where none is published'];
      return check('body', body);
    },
  };
}

function readOperation(
  path: string,
  method: string,
  operation: Json,
  document: Json,
  compile: (schema: unknown) => Check,
): Operation {
  const parameters = ((operation['parameters'] ?? []) as Json[]).map(
    (one) => resolve(document, one) as unknown as Parameter,
  );
  const names: string[] = [];
  const pattern = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    const many = parameters.some((one) => one.name === name && one['x-multi-segment']);
    // May be empty: contents/ is the root folder.
    return many ? '(.*)' : '([^/]+)';
  });
  const body = operation['requestBody'] as { required?: boolean; content: Content } | undefined;
  const bodySchema = body?.content['application/json']?.schema;
  return {
    id: String(operation['operationId']),
    method: method.toUpperCase(),
    pattern: new RegExp(`^${pattern}$`),
    names,
    parameters: parameters.map((parameter) => ({ parameter, check: compile(parameter.schema) })),
    body: bodySchema ? { check: compile(bodySchema), required: body.required === true } : undefined,
    responses: new Map(
      Object.entries(operation['responses'] as Json).map(([status, one]) => {
        const schema = (resolve(document, one as Json)['content'] as Content | undefined)?.[
          'application/json'
        ]?.schema;
        return [Number(status), schema ? compile(schema) : undefined];
      }),
    ),
  };
}

type Content = Record<string, { schema?: unknown } | undefined>;

function resolve(document: Json, node: Json): Json {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  const steps = reference.slice('#/'.length).split('/');
  return steps.reduce<Json>((inner, step) => inner[step] as Json, document);
}

function understand(operation: Operation, asked: Asked): Understood {
  const faults: string[] = [];
  const found = operation.pattern.exec(asked.path) ?? [];
  const inPath = Object.fromEntries(
    operation.names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? '')]),
  );
  const inQuery = Object.fromEntries(asked.query);

  const path = readParameters(operation, 'path', inPath, faults);
  const query = readParameters(operation, 'query', inQuery, faults);
  const body = readBody(operation, asked.body, faults);
  return faults.length > 0
    ? { kind: 'violation', operation, faults }
    : { kind: 'request', operation, path, query, body };
}

function readParameters(
  operation: Operation,
  where: 'path' | 'query',
  given: Record<string, string>,
  faults: string[],
): Values {
  const values: Values = {};
  const known = operation.parameters.filter(({ parameter }) => parameter.in === where);
  for (const { parameter, check } of known) {
    const text = given[parameter.name];
    if (text === undefined) {
      if (parameter.required) faults.push(`${where} ${parameter.name} is missing`);
      continue;
    }
    const value = typed(text, parameter.schema['type']);
    values[parameter.name] = value;
    faults.push(...check(`${where} ${parameter.name}`, value));
  }
  const unknown = Object.keys(given).filter(
    (name) => !known.some(({ parameter }) => parameter.name === name),
  );
  faults.push(...unknown.map((name) => `${where} ${name} is not published`));
  return values;
}

/** Text of a URL as its schema means it; what does not fit stays text and is then refused. */
function typed(text: string, type: unknown): string | number | boolean {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function readBody(operation: Operation, text: string, faults: string[]): unknown {
  if (text === '') {
    if (operation.body?.required) faults.push('body is missing');
    return undefined;
  }
  if (!operation.body) {
    faults.push('body where none is published');
    return undefined;
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    faults.push('body is not JSON');
    return undefined;
  }
  faults.push(...operation.body.check('body', body));
  return body;
}

function explain(where: string, errors: ErrorObject[] | null | undefined): string[] {
  return (errors ?? []).map(({ instancePath, message, params }) => {
    const extra = 'additionalProperty' in params ? `: ${String(params['additionalProperty'])}` : '';
    const allowed = 'allowedValues' in params ? `: ${(params['allowedValues'] as unknown[]).join(', ')}` : '';
    return `${where}${instancePath} ${message ?? 'is refused'}${extra}${allowed}`;
  });
}
