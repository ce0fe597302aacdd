/** How the server behind the proxy is spoken to, and in what words the proxy answers in its stead. */
export interface Speech {
  /** TLS with a certificate of the proxy's own, else plain HTTP. */
  readonly tls: boolean;
  /** Whether the server hears by what name it was asked for: a registry makes its Location headers of it. */
  readonly keepsHost: boolean;
  /** An object is sent as JSON; a text is XML. */
  body(status: number, message: string): object | string;
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

/** Error codes of S3, for statuses that have one by themselves. */
const s3Codes: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  404: 'NoSuchBucket',
  412: 'PreconditionFailed',
  500: 'InternalError',
  503: 'SlowDown',
};

/** A message may begin with a code of its own (`RequestTimeTooSkewed: …`), also for 200: S3 hides errors there. */
export const objectStore: Speech = {
  tls: false,
  keepsHost: true,
  body(status, message) {
    const [, code = s3Codes[status] ?? 'InternalError', words = message] =
      /^([\w.]+): (.*)$/s.exec(message) ?? [];
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${words}</Message></Error>`;
  },
};
