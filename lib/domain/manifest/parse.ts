import { CORE_SCHEMA, loadAll } from 'js-yaml';
import type { KubeObject, ObjectId } from '../kubernetes.ts';

/** One object of a rendered manifest, with the text it came from. */
export interface ManifestObject {
  readonly id: ObjectId;
  readonly object: KubeObject;
  /** The YAML document as rendered, trimmed. */
  readonly text: string;
  /** `shop/templates/deployment.yaml`, from Helm's `# Source:` line; empty when absent. */
  readonly source: string;
}

/**
 * Splits what Helm rendered into objects. `List` kinds are opened; documents that are empty or comments only
 * are left out. `namespaceOf` says where an object without a namespace lands ('' for cluster-scoped kinds).
 * Throws YAMLException when a document is not YAML.
 */
export function parseManifest(
  manifest: string,
  namespaceOf: (object: KubeObject) => string,
): ManifestObject[] {
  return manifest.split(/^---[ \t]*(?:#.*)?$/m).flatMap((document) => {
    const text = document.trim();
    const source = /^# Source: (.+)$/m.exec(text)?.[1] ?? '';
    return loadAll(text, { schema: CORE_SCHEMA })
      .filter(isObject)
      .flatMap((object) =>
        object.kind === 'List' && Array.isArray(object['items'])
          ? object['items'].filter(isObject)
          : [object],
      )
      .map((object) => ({ id: idOf(object, namespaceOf), object, text, source }));
  });
}

function isObject(value: unknown): value is KubeObject {
  const object = value as Partial<KubeObject> | null;
  return (
    typeof object === 'object' &&
    typeof object?.kind === 'string' &&
    typeof object.apiVersion === 'string' &&
    typeof object.metadata?.name === 'string'
  );
}

function idOf(object: KubeObject, namespaceOf: (object: KubeObject) => string): ObjectId {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace ?? namespaceOf(object), name: metadata.name };
}
