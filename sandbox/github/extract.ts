/**
 * Writes openapi.json: of GitHub's published description (npm @octokit/openapi, MIT) the operations named in
 * operations.json and the components they lead to, without prose. The package unpacks to 385 MB, so it is
 * fetched with `npm pack` and only one file of it is read.
 *
 *   node sandbox/github/extract.ts [version]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Json = { [key: string]: unknown };

const here = import.meta.dirname;
const pinned = '23.0.2';
const inPackage = 'package/generated/api.github.com.json';
const prose = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'x-github',
  'x-octokit',
]);

/** Errors that an operation does not list (401, 429, 5xx) are held against this one. */
const basicError = '#/components/schemas/basic-error';

const version = process.argv[2] ?? pinned;
const wanted = new Set(JSON.parse(readFileSync(join(here, 'operations.json'), 'utf8')) as string[]);
const extract = shorten(published(version), wanted);
writeFileSync(join(here, 'openapi.json'), `${JSON.stringify(extract, undefined, 1)}\n`);
console.log(`openapi.json: ${wanted.size} operations of @octokit/openapi ${version}`);

function published(version: string): Json {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-openapi-'));
  try {
    execFileSync('npm', ['pack', `@octokit/openapi@${version}`, '--silent'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (!archive) throw new Error(`npm pack left no archive of @octokit/openapi@${version}`);
    execFileSync('tar', ['-xzf', archive, inPackage], { cwd: folder });
    return JSON.parse(readFileSync(join(folder, inPackage), 'utf8')) as Json;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shorten(whole: Json, wanted: ReadonlySet<string>): Json {
  const paths: Json = {};
  const found = new Set<string>();
  for (const [path, methods] of Object.entries(whole['paths'] as Json)) {
    for (const [method, operation] of Object.entries(methods as Json)) {
      const id = (operation as Json)['operationId'];
      if (typeof id !== 'string' || !wanted.has(id)) continue;
      found.add(id);
      paths[path] = { ...(paths[path] as Json | undefined), [method]: withoutProse(operation) };
    }
  }
  const unknown = [...wanted].filter((id) => !found.has(id));
  if (unknown.length > 0) throw new Error(`not in @octokit/openapi ${version}: ${unknown.join(', ')}`);
  const components = componentsOf(paths, whole, new Map([[basicError, at(whole, basicError)]]));
  return {
    openapi: whole['openapi'],
    info: { title: `extract of @octokit/openapi ${version}`, version },
    paths,
    components,
  };
}

/** Every component that the paths lead to, in the shape of the original: components/<kind>/<name>. */
function componentsOf(paths: Json, whole: Json, found: Map<string, unknown>): Json {
  const queue: unknown[] = [paths, ...found.values()];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const pointer of references(node)) {
      if (found.has(pointer)) continue;
      const component = withoutProse(at(whole, pointer));
      found.set(pointer, component);
      queue.push(component);
    }
  }
  const components: Record<string, Json> = {};
  for (const pointer of [...found.keys()].sort()) {
    const [, , kind = '', name = ''] = pointer.split('/');
    components[kind] = { ...components[kind], [name]: withoutProse(found.get(pointer)) };
  }
  return components;
}

function references(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(references);
  if (typeof node !== 'object' || node === null) return [];
  const own = (node as Json)['$ref'];
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(node).flatMap(references)];
}

function at(whole: Json, pointer: string): unknown {
  const steps = pointer.slice('#/'.length).split('/');
  return steps.reduce<unknown>(
    (node, step) => (node as Json)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    whole,
  );
}

/** Drops what only a reader needs; a property that happens to be *named* `description` stays. */
function withoutProse(node: unknown, namesAreOurs = false): unknown {
  if (Array.isArray(node)) return node.map((one) => withoutProse(one));
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => namesAreOurs || !prose.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutProse(value, !namesAreOurs && key === 'properties')]),
  );
}
