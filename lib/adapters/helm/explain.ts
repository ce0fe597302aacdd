import { TargetError, UnreachableError } from '../../domain/errors.ts';
import { apiRules } from './rules-api.ts';
import { chartRules } from './rules-chart.ts';
import { complaint } from './redact.ts';

const unreachable =
  /kubernetes cluster unreachable: (.*)|(dial tcp \S+ .*|net\/http: TLS handshake timeout|http2: client connection lost|i\/o timeout|Client\.Timeout exceeded.*|: EOF)$/im;

/** The API answers, but not to the question: an overload, a control plane that is being replaced, an etcd without a leader. */
const overloaded =
  /the server is currently unable to handle the request|the server has received too many requests|the server was unable to return a response in the time allotted|an error on the server \(.*?\) has prevented the request from succeeding|etcdserver: (?:request timed out|leader changed|no leader)|server sent GOAWAY|connection reset by peer/i;

/**
 * Reads what helm wrote on standard error. Returns a typed error with cause and remedy, UnreachableError when the
 * API could not be asked, undefined when it is nothing that we know.
 */
export function explain(stderr: string, subject: string): TargetError | UnreachableError | undefined {
  const text = complaint(stderr);
  for (const [pattern, describe] of [...chartRules, ...apiRules]) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const { message, ...rest } = describe((index) => match[index] ?? '', text);
    return new TargetError(message, { subject, ...rest });
  }
  const lost = unreachable.exec(text);
  if (lost !== null) return new UnreachableError(`helm could not reach the cluster: ${lost[1] ?? lost[0]}`);
  const busy = overloaded.exec(text);
  if (busy !== null) return new UnreachableError(`the cluster's API could not answer helm: ${busy[0]}`);
  if (!/context deadline exceeded|timed out waiting for the condition/.test(text)) return undefined;
  return new TargetError('helm waited for readiness until its timeout', {
    subject,
    remedy:
      'see which workload is not ready, and on what it is blocked; raise timeout when it only takes long',
  });
}
