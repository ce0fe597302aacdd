/** What a failed connection means to a person, and whether it is worth another try. */
import { UnreachableError } from '../../domain/errors.ts';

type NetworkError = NodeJS.ErrnoException & { readonly syscall?: string };

const network: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOTFOUND: [
    'DNS does not know the name',
    'check the server address; a private name needs a runner inside that network',
  ],
  EAI_AGAIN: ['DNS did not answer', "check the runner's DNS, then run the step again"],
  ECONNREFUSED: ['nothing listens there', 'check address and port, and that the API server is up'],
  ETIMEDOUT: [
    'no answer in time',
    'a firewall may drop it, or the cluster is private: use a runner that can reach it, or HTTPS_PROXY',
  ],
  EHOSTUNREACH: ['no route to the host', 'use a runner inside that network, or HTTPS_PROXY'],
  ENETUNREACH: ['no route to the network', 'use a runner inside that network, or HTTPS_PROXY'],
  ECONNRESET: ['the connection was cut', 'a proxy or load balancer may be in between; run the step again'],
  EPIPE: ['the connection was cut', 'a proxy or load balancer may be in between; run the step again'],
  EPROXY: [
    'the proxy refused',
    'check HTTPS_PROXY (or proxy-url) and its credentials, or name the host in NO_PROXY',
  ],
};

const authority = 'give the cluster its CA: certificate-authority-data in the kubeconfig, or server-ca';
const tls: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate comes from an unknown authority', authority],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its certificate comes from an unknown authority', authority],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate comes from an unknown authority', authority],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed and not trusted', authority],
  CERT_SIGNATURE_FAILURE: ['its certificate was not signed by the given CA', authority],
  CERT_HAS_EXPIRED: ['its certificate has expired', "renew the API server's certificate"],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', "check the runner's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for other names',
    'use a name that the certificate has, or set tls-server-name in the kubeconfig',
  ],
  EPROTO: ['it does not speak TLS', 'check scheme and port of the server address'],
};

/** Names what failed on the way to the API and what to do about it. */
export function unreachable(error: unknown, server: string): UnreachableError {
  const { code = '', message } = error as NetworkError;
  const [what, remedy] = network[code] ??
    tls[code] ?? [
      code.startsWith('ERR_OSSL') ? 'the client certificate or key cannot be used' : message,
      'look at the cause below',
    ];
  const layer = code in tls || code.startsWith('ERR_OSSL') ? 'TLS: ' : '';
  const proof = message === what ? '' : ` (${code || message})`;
  return new UnreachableError(
    `cannot reach the Kubernetes API at ${server}: ${layer}${what}${proof}; ${remedy}`,
    {
      cause: error,
    },
  );
}

/** TLS trust does not mend itself within seconds, nor does a name that was never known; the rest of the way may. */
export const isTransient = (error: unknown, answeredBefore: boolean): boolean => {
  const { code = '' } = error as NetworkError;
  return code in network && code !== 'EPROXY' && (answeredBefore || code !== 'ENOTFOUND');
};

/** The request cannot have arrived, for the connection was never made: so even a write may be sent again. */
export const neverSent = (error: unknown): boolean => {
  const { syscall = '' } = error as NetworkError;
  return syscall === 'connect' || syscall === 'getaddrinfo';
};
