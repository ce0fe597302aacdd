import { refExpression } from '../../lib/domain/build/trust.ts';
import { ownWorkflows, workflowIssuer } from '../../lib/domain/promotion/trusted-signer.ts';
import type { SigningKey, TrustedSigner } from '../../lib/ports/signer.ts';
import type { Inputs } from './inputs.ts';
import type { Reusable } from './look.ts';
import type { Ports } from './ports.ts';

/** Undefined where nothing is signed here. */
export async function signedBy(
  { digest, repository }: Pick<Reusable, 'digest' | 'repository'>,
  inputs: Inputs,
  { signer, actor, signal, log }: Ports,
): Promise<boolean | undefined> {
  const { sign } = inputs.quarantine;
  if (sign === undefined) return undefined;
  const trusted = trustedSigner(sign, inputs, actor.repository);
  const verdict = await signer.verify({ ...repository, digest }, trusted, signal);
  if (verdict.kind === 'none') log.info(`${digest} bears no good signature: ${verdict.why}`);
  return verdict.kind === 'good';
}

/**
 * With a key: that key. Keyless: a workflow of this repository, run for a ref that may write releases; any branch can
 * sign as itself.
 */
export function trustedSigner(by: SigningKey, inputs: Inputs, repository: string): TrustedSigner {
  if (by.kind === 'key') return { kind: 'signing-key', key: by.key };
  const refs = inputs.reuseFrom.map(refExpression).join('|');
  return {
    kind: 'keyless',
    identity: ownWorkflows(inputs.server, repository, `(${refs})`),
    issuer: workflowIssuer(inputs.server),
  };
}
