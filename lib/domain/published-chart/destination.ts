import type { RepositoryRef } from '../oci/types.ts';
import type { Destination } from './types.ts';

export type ParsedDestination =
  | { readonly kind: 'destination'; readonly destination: Destination }
  | { readonly kind: 'problem'; readonly problem: string };

const hostForm = /^(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d+)?$/i;
const folderForm = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;

/** Reads one line of the input: `oci://host/folder` as `helm push` takes it, or the URL of a ChartMuseum. */
export function parseDestination(text: string): ParsedDestination {
  const problem = (said: string): ParsedDestination => ({ kind: 'problem', problem: said });
  if (/^https?:\/\/[^/]*@/.test(text))
    return problem('no user and password in the address: give them in registries');
  if (/^https?:\/\//.test(text)) {
    if (!URL.canParse(text)) return problem('is not a URL');
    return {
      kind: 'destination',
      destination: { kind: 'chartmuseum', ...museumAt(text.replace(/\/+$/, '')) },
    };
  }
  if (!text.startsWith('oci://'))
    return problem('write oci://registry/folder, or the http(s) URL of a ChartMuseum');
  const [registry = '', ...rest] = text.slice('oci://'.length).replace(/\/+$/, '').split('/');
  const folder = rest.join('/');
  if (!hostForm.test(registry)) return problem('must begin with the registry: oci://ghcr.io/acme/charts');
  if (folder.includes(':') || folder.includes('@'))
    return problem("leave tag and digest out: the tag is the chart's version");
  if (folder !== folder.toLowerCase())
    return problem(`repositories are lower case: oci://${registry}/${folder.toLowerCase()}`);
  if (folder !== '' && !folderForm.test(folder))
    return problem('the folder has letters that no repository may have');
  return { kind: 'destination', destination: { kind: 'oci', registry, folder } };
}

/**
 * A ChartMuseum's API lies at its root, tenants after it: `https://host/org` → `https://host/api/org/charts`. Where the
 * whole server lies below a path (`--context-path`), only the author can know: then the address is written with `/api`.
 */
function museumAt(address: string): { url: string; api: string } {
  const [before, after] = address.split(/\/api(?=\/|$)/);
  if (before !== undefined && after !== undefined) {
    const tenant = after.replace(/\/charts$/, '');
    return { url: `${before}${tenant}`, api: `${before}/api${tenant}/charts` };
  }
  const { origin, pathname } = new URL(address);
  const tenant = pathname.replace(/\/+$/, '');
  return { url: `${origin}${tenant}`, api: `${origin}/api${tenant}/charts` };
}

/** The repository of a chart: helm appends the chart's name to the folder. */
export const repositoryFor = (
  { registry, folder }: Destination & { kind: 'oci' },
  name: string,
): RepositoryRef => ({ registry, repository: folder === '' ? name : `${folder}/${name}` });

/** What people write to get the chart back: `oci://ghcr.io/acme/charts/shop`, `https://museum.example.com`. */
export function chartAddress(destination: Destination, name: string): string {
  if (destination.kind === 'chartmuseum') return destination.url;
  const { registry, repository } = repositoryFor(destination, name);
  return `oci://${registry}/${repository}`;
}
