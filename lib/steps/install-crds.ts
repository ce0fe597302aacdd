import type { KubeObject } from '../domain/kubernetes.ts';
import { parseManifest } from '../domain/manifest/parse.ts';
import { builtInType } from '../domain/resource-types.ts';
import type { Kube } from '../ports/kube.ts';

/**
 * Brings a chart's `crds/` folder into the cluster: what is missing is created; what exists is left alone, or
 * brought to the chart's version with `upgrade`. Helm itself does the first only on a first install, and the
 * second never (helm.sh/docs, custom resource definitions). Returns a line for each that changed.
 */
export async function installCrds(kube: Kube, crds: string, mode: 'install' | 'upgrade'): Promise<string[]> {
  const changed: string[] = [];
  for (const { object } of parseManifest(crds, () => '')) {
    const type = builtInType(object);
    if (type === undefined) continue;
    const { name } = object.metadata;
    const found = await kube.get(type, '', name);
    if (found === undefined) {
      await kube.create(type, '', object);
      changed.push(`${name} created`);
    } else if (mode === 'upgrade') {
      const after = await kube.patch(type, '', name, wanted(object));
      if (after.metadata.resourceVersion !== found.metadata.resourceVersion) changed.push(`${name} upgraded`);
    }
  }
  return changed;
}

/** Only what the chart says: the API server keeps the rest, and its own status. */
const wanted = ({ metadata: { labels, annotations }, spec }: KubeObject): object => ({
  metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
  spec,
});
