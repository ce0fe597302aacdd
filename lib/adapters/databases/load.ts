/** Loads the separately bundled adapters of databases, only where an input asks for one. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TargetError } from '../../domain/errors.ts';
import type * as Entry from './entry.ts';

/**
 * The module beside this one when run from source, `../databases/index.js` when bundled. What it throws is of classes
 * of its own: a message, no `instanceof`.
 */
export async function loadDatabases(): Promise<typeof Entry> {
  const here = fileURLToPath(import.meta.url);
  const fromSource = basename(here, extname(here)) === 'load';
  const path = fromSource
    ? join(dirname(here), `entry${extname(here)}`)
    : join(dirname(here), '..', 'databases', 'index.js');
  if (!existsSync(path))
    throw new TargetError('the bundle that looks into databases is missing', {
      subject: path,
      remedy: 'use a released version of the action, which has it in dist/',
    });
  return (await import(/* webpackIgnore: true */ pathToFileURL(path).href)) as typeof Entry;
}
