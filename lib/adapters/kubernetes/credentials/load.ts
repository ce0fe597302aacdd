/** Loads the separately bundled credential plugins, only for kubeconfigs that need them. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TargetError } from '../../../domain/errors.ts';
import type * as Entry from './entry.ts';

/**
 * The module beside this one when run from source, `../kubernetes-credentials/index.js` when bundled.
 * Built by hand and hidden from the bundler: client-node costs 5 MB and 150 ms in every bundle that holds it.
 */
export async function loadCredentialPlugins(): Promise<typeof Entry> {
  const here = fileURLToPath(import.meta.url);
  const fromSource = basename(here, extname(here)) === 'load';
  const path = fromSource
    ? join(dirname(here), `entry${extname(here)}`)
    : join(dirname(here), '..', 'kubernetes-credentials', 'index.js');
  if (!existsSync(path)) {
    throw new TargetError('this kubeconfig needs a credential plugin, and the bundle for those is missing', {
      subject: path,
      remedy:
        'use a released version of the action, which has it in dist/, or a kubeconfig with a token or certificate',
    });
  }
  return (await import(/* webpackIgnore: true */ pathToFileURL(path).href)) as typeof Entry;
}
