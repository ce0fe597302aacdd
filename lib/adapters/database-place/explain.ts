import { TargetError, UnreachableError } from '../../domain/errors.ts';

type Explained = TargetError | UnreachableError;

const refused = (message: string, subject: string, remedy: string): TargetError =>
  new TargetError(message, { subject, remedy });

const rules: readonly [RegExp, (subject: string, match: string) => Explained][] = [
  [
    /no such container: (\S+)/i,
    (subject, name) =>
      refused(`there is no container ${name}`, subject, 'docker ps on that host shows what runs'),
  ],
  [
    /container (\S+) is not running/i,
    (subject, name) =>
      refused(`container ${name} does not run`, subject, 'start it; its logs say why it stopped'),
  ],
  [
    /(cannot connect to the docker daemon[^.]*|permission denied while trying to connect to the docker[^:]*)/i,
    (subject, text) => refused(text, subject, 'let the runner’s user speak to Docker, and see that it runs'),
  ],
  [
    /pods "([^"]+)" not found/,
    (subject, name) =>
      refused(`there is no pod ${name}`, subject, 'kubectl get pods in that namespace shows what runs'),
  ],
  [
    /(container \S+ is not valid for pod \S+|container not found \("[^"]+"\))/,
    (subject, text) =>
      refused(text, subject, 'name a container of the pod, or leave container out for its default'),
  ],
  [
    /forbidden: (User .* cannot create resource "pods\/exec".*)/i,
    (subject, text) => refused(text, subject, 'allow create on pods/exec in that namespace'),
  ],
  [
    /(connection to the server \S+ was refused|unable to connect to the server: .*|error dialing backend: .*)/i,
    (_, text) => new UnreachableError(`kubectl: ${text}`),
  ],
  [
    /(host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED)/i,
    (subject) =>
      refused(
        'the host’s key is not the one in known-hosts',
        subject,
        'find out why before you change known-hosts: it may be another host',
      ),
  ],
  [
    /permission denied \((publickey[^)]*)\)/i,
    (subject, methods) =>
      refused(
        `ssh lets this key in nowhere (${methods})`,
        subject,
        'add the public key to that user’s authorized_keys',
      ),
  ],
  [
    /(ssh: (?:connect to host|could not resolve hostname) .*|kex_exchange_identification: .*|Timeout, server \S+ not responding)/i,
    (_, text) => new UnreachableError(text),
  ],
  [
    /(?:exec: "([^"]+)": executable file not found|(?:sh|env|slipway): (?:exec: )?(?:line )?(?:\d+: )?(?:exec: )?[‘'"]?([\w.-]+)[’'"]?: (?:not found|No such file))/i,
    (subject, program) =>
      refused(
        `${program} is not there`,
        subject,
        'use the container of the database server itself: its image has the tools',
      ),
  ],
];

/** Reads what docker, kubectl, ssh and a shell say when they cannot run a tool; undefined for anything else. */
export function explainPlace(text: string, subject: string): Explained | undefined {
  for (const [pattern, describe] of rules) {
    const match = pattern.exec(text);
    if (match !== null) return describe(subject, match[1] ?? match[2] ?? match[0]);
  }
  return undefined;
}
