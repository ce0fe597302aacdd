/** What belongs to an image without being part of it: cosign's tags, which name the digest that they are about. */

/** Signature, attestations, SBOM (cosign's tag scheme, before the referrers API; cosign/specs/SIGNATURE_SPEC.md). */
const endings = ['sig', 'att', 'sbom'] as const;

/** The tags under which cosign keeps what it says of a digest: `sha256-<hex>.sig` and so on. */
export const cosignTags = (digest: string): readonly string[] =>
  endings.map((ending) => `${digest.replace(':', '-')}.${ending}`);

/** Where a registry without a referrers API lists them (OCI distribution specification 1.1, "Referrers Tag Schema"). */
export const fallbackTag = (digest: string): string => digest.replace(':', '-');
