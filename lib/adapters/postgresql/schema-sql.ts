/** SQL that tells a schema as `SchemaFacts` has it, in one jsonb value. It is read with an empty search path. */
import { ours } from './catalog.ts';

const columns = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.attname,
    'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
    'hasDefault', (a.atthasdef AND a.attgenerated = '') OR a.attidentity = 'd',
    'generated', a.attgenerated <> '' OR a.attidentity = 'a')), '[]')
  FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

/** Those that carry a constraint are told as the constraint. */
const indexes = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', x.relname, 'unique', i.indisunique,
    'definition', regexp_replace(pg_get_indexdef(i.indexrelid), '^.*? USING ', ''))), '[]')
  FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
  WHERE i.indrelid = c.oid AND NOT EXISTS (
    SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`;

/** A foreign key to a partitioned table has one entry more for each partition (conparentid). */
const constraints = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname,
    'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
      WHEN 'c' THEN 'check' ELSE 'exclusion' END,
    'definition', pg_get_constraintdef(k.oid))), '[]')
  FROM pg_constraint AS k
  WHERE k.conrelid = c.oid AND k.conparentid = 0 AND k.contype IN ('p', 'u', 'f', 'c', 'x')`;

const triggers = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.tgname,
    'definition', pg_get_triggerdef(t.oid))), '[]')
  FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal`;

const relations = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', format('%I.%I', n.nspname, c.relname),
    'kind', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
    'columns', (${columns}), 'indexes', (${indexes}), 'constraints', (${constraints}), 'triggers', (${triggers}))), '[]')
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND ${ours('pg_class', 'c')}`;

const enums = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', format('%I.%I', n.nspname, t.typname),
    'values', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid))), '[]')
  FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
  WHERE t.typtype = 'e' AND ${ours('pg_type', 't')}`;

/** An aggregate has no definition that the server could print; its parts are routines themselves. */
const routines = `SELECT coalesce(jsonb_agg(jsonb_build_object(
    'name', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
    'body', CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE md5(pg_get_functiondef(p.oid)) END)), '[]')
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE ${ours('pg_proc', 'p')}`;

const extensions = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', extname, 'version', extversion)), '[]')
  FROM pg_extension`;

export const schemaSql = `SELECT jsonb_build_object('schema', 'slipway/schema-facts/v1', 'engine', 'postgresql',
  'relations', (${relations}), 'enums', (${enums}), 'routines', (${routines}), 'extensions', (${extensions}))`;
