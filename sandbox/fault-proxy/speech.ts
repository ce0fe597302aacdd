/** How the server behind the proxy is spoken to, and in what words the proxy answers in its stead. */
export interface Speech {
  /** TLS with a certificate of the proxy's own, else plain HTTP. */
  readonly tls: boolean;
  /** Whether the server hears by what name it was asked for: a registry makes its Location headers of it. */
  readonly keepsHost: boolean;
  body(status: number, message: string): object;
}

/** As Kubernetes answers what went wrong. */
export const statusObject = (code: number, message: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: reasons[code] ?? '',
  message,
  code,
});

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

export const apiServer: Speech = { tls: true, keepsHost: false, body: statusObject };

/** The error codes of the OCI distribution specification 1.1; what has none of its own is UNKNOWN. */
const registryCodes: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  429: 'TOOMANYREQUESTS',
};

export const registry: Speech = {
  tls: false,
  keepsHost: true,
  body: (status, message) => ({ errors: [{ code: registryCodes[status] ?? 'UNKNOWN', message }] }),
};
