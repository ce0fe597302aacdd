/** What the API's refusals mean to a person. */
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError, UnreachableError } from '../../domain/errors.ts';
import type { KubeRefusal } from '../../domain/refusal.ts';

/** The API answered with a status of 400 or above. */
export class KubeRefused extends TargetError {
  readonly refusal: KubeRefusal;
  /** How long the server asks us to stay away, where it does. */
  readonly retryAfter: Milliseconds | undefined;

  constructor(asked: string, refusal: KubeRefusal, hint?: string, retryAfter?: Milliseconds) {
    super(`the Kubernetes API refused ${asked}: ${refusal.message}`, {
      subject: asked,
      remedy: hint ?? remedyOf(refusal),
      details: [['answer', `${refusal.status} ${refusal.reason}`]],
    });
    this.refusal = refusal;
    this.retryAfter = retryAfter;
  }
}

/**
 * A write that was sent again is refused as out of date: an earlier try may have arrived, or somebody else was faster.
 * Whoever can tell by looking takes it for a 409; to all others it is not known what happened.
 */
export class KubeUncertain extends UnreachableError {
  readonly refusal: KubeRefusal;

  constructor(asked: string, refusal: KubeRefusal) {
    super(`the Kubernetes API did not say whether ${asked} arrived: ${refusal.message}`);
    this.refusal = refusal;
  }
}

const remedies: Readonly<Record<number, string>> = {
  400: 'compare the request with what this Kubernetes version serves',
  401: 'give credentials that this cluster accepts: the kubeconfig or the token is wrong or was revoked',
  403: "check the namespace; if it is the right one, let this identity do it: the action's README has the minimal Role as a manifest",
  404: 'check the name and the namespace, and that the kind is installed in this cluster',
  409: 'somebody else changed it at the same moment: run the step again',
  413: 'make the object smaller: etcd takes at most about 1.5 MiB',
  422: 'mend what the message names; an immutable field needs a new object',
  429: 'the API server is overloaded: run the step again later',
};

const remedyOf = ({ status }: KubeRefusal): string =>
  remedies[status] ?? 'the API server has a problem of its own: look at its log, then run the step again';

/** Reads a refusal from an answer; a proxy's HTML page or an empty body gives the bare status. */
export function refusalOf(status: number, body: string): KubeRefusal {
  try {
    const { reason, message } = JSON.parse(body) as { reason?: string; message?: string };
    return { status, reason: reason ?? '', message: message ?? `HTTP ${status}` };
  } catch {
    const line = body.trimStart().startsWith('<') ? '' : (body.trim().split('\n')[0] ?? '').slice(0, 200);
    return { status, reason: '', message: line || `HTTP ${status}` };
  }
}
