type Json = { [key: string]: unknown };

/**
 * Turns OpenAPI 3.0's dialect into JSON Schema, and closes objects: a field that GitHub does not publish is a
 * mistake here, whoever sends it. (GitHub itself ignores unknown fields, which is how typos survive.)
 */
export function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (!isObject(node)) return node;
  const schema = mapped(node);
  const reference = schema['$ref'];
  if (typeof reference === 'string') return { $ref: `openapi${reference}` };
  return allowEmptyDefault(allowNull(closed(schema)));
}

/** One part of several that hold together (`allOf`) says nothing of the fields of the others. */
const toPart = (node: unknown): unknown =>
  isObject(node) && isObject(node['properties'])
    ? toJsonSchema({ ...node, additionalProperties: true })
    : toJsonSchema(node);

function mapped(node: Json): Json {
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key === 'allOf' && Array.isArray(value)) return [key, value.map(toPart)];
      if (key !== 'properties' || !isObject(value)) return [key, toJsonSchema(value)];
      return [key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJsonSchema(one)]))];
    }),
  );
}

function closed(schema: Json): Json {
  if (!schema['properties'] || 'additionalProperties' in schema) return schema;
  return { ...schema, additionalProperties: false };
}

function allowNull({ nullable, ...schema }: Json): Json {
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/** GitHub serves `""` for URLs that were never set, and says so by their default. */
function allowEmptyDefault(schema: Json): Json {
  if (schema['format'] !== 'uri' || schema['default'] !== '') return schema;
  return { anyOf: [schema, { const: '' }] };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
