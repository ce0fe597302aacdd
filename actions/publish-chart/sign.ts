import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { ImageRef } from '../../lib/domain/image-ref.ts';
import { ownWorkflows, workflowIssuer } from '../../lib/domain/promotion/trusted-signer.ts';
import type { TrustedSigner } from '../../lib/ports/signer.ts';
import { retrying } from '../../lib/steps/retrying.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

const retries = 3;

/** Signs the digest, never a tag; one that bears the signature already is left as it is. Nothing without `sign`. */
export async function sign(ref: ImageRef, inputs: Inputs, ports: Ports, fresh: boolean): Promise<void> {
  const { signer, signal, actor, log } = ports;
  const key = inputs.sign;
  if (key === undefined) return;
  const trusted: TrustedSigner =
    key.kind === 'key'
      ? { kind: 'signing-key', key: key.key }
      : {
          kind: 'keyless',
          identity: ownWorkflows(inputs.server, actor.repository),
          issuer: workflowIssuer(inputs.server),
        };
  if (!fresh && (await signer.verify(ref, trusted, signal)).kind === 'good') {
    log.info(`${formatImageRef(ref)} is signed already`);
    return;
  }
  await retrying('sign', () => signer.sign(ref, key, signal), retries, ports);
  log.info(`${formatImageRef(ref)} is signed`);
}
