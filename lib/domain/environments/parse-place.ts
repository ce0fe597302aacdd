import type { Fields } from '../checks/fields.ts';
import type { Place } from './types.ts';

export const placeKeys: readonly string[] = ['namespace', 'values-files', 'url', 'settings'];

const namespaceForm = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads what an environment or a target says of itself; `above` holds where it says nothing, setting by setting. */
export function readPlace(fields: Fields, above: Place): Place {
  const namespace = fields.text('namespace', above.namespace);
  if (fields.has('namespace') && !namespaceForm.test(namespace))
    fields.fault(
      'namespace',
      'must be lower-case letters, digits and dashes, at most 63',
      JSON.stringify(namespace),
    );
  const url = fields.text('url', above.url);
  if (fields.has('url') && !/^https?:\/\/[^\s/]+(\/\S*)?$/.test(url))
    fields.fault('url', 'must be an http:// or https:// URL', JSON.stringify(url));
  return {
    namespace,
    valuesFiles: fields.has('values-files') ? readPaths(fields) : above.valuesFiles,
    url,
    settings: { ...above.settings, ...Object.fromEntries(fields.entries('settings')) },
  };
}

/** They end up in the workflow, one per line. */
function readPaths(fields: Fields): string[] {
  const paths = fields.texts('values-files');
  for (const path of paths.filter((each) => each.trim() === '' || each.includes('\n')))
    fields.fault('values-files', 'must be a path', JSON.stringify(path));
  return paths;
}
