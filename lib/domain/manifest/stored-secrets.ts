import { maskSecretsOf } from './conceal.ts';
import { parseManifest } from './parse.ts';

/** A revision as Helm stores it. */
interface Stored {
  readonly manifest: string;
  /** The manifests of its hooks, which are no part of `manifest`. */
  readonly hooks: readonly string[];
}

/** Takes out of a text what the Secrets of these revisions and of their hooks hold: their pods may say it. */
export function maskStoredSecrets(
  revisions: readonly (Stored | undefined)[],
  namespace: string,
): (text: string) => string {
  const texts = revisions.flatMap((each) => (each === undefined ? [] : [each.manifest, ...each.hooks]));
  const all = texts.flatMap((text) => parseManifest(text, () => namespace));
  return maskSecretsOf(all.map(({ object }) => object));
}
