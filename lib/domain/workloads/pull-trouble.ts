/** Why an image was not pulled, read from what containerd, CRI-O and Docker say of it. */
import { parseImageRef } from '../image-ref.ts';

/**
 * - `absent`, `denied`: what the registry said; worth asking it ourselves
 * - `throttled`, `unreachable`: it may answer later
 * - `platform`: the image is there, but not for this node
 */
export type PullTrouble = 'absent' | 'denied' | 'throttled' | 'unreachable' | 'platform' | 'unclear';

/** The first that fits decides: "dial tcp: lookup auth.docker.io: no such host" also speaks of authorization. */
const signs: readonly (readonly [PullTrouble, RegExp])[] = [
  ['throttled', /\b429\b|too ?many ?requests|pull rate limit/i],
  [
    'unreachable',
    /\b5\d\d [A-Z]|status(?: code)?:? 5\d\d|no such host|connection (?:refused|reset|timed out)|i\/o timeout|timeout|deadline exceeded|\bEOF\b|server misbehaving|unreachable|no route to host|registry is unavailable/i,
  ],
  ['platform', /no match for platform|no matching manifest for/i],
  [
    'denied',
    /\bdenied\b|unauthorized|authentication required|no basic auth|insufficient_scope|authorization failed|forbidden|\b40[13] /i,
  ],
  ['absent', /not ?found|manifest unknown|name unknown|does not exist|\b404 /i],
];

export function pullTrouble(message: string, image: string): PullTrouble {
  const said = withoutNames(message, image);
  return signs.find(([, sign]) => sign.test(said))?.[0] ?? 'unclear';
}

/** An image called `shop/denied:404` says nothing of its own fate: names, tags and addresses are not read. */
const withoutNames = (message: string, image: string): string =>
  (image === '' ? message : message.replaceAll(image, ' ')).replaceAll(
    /"[^"]*"|\[[^\]]*\]|\bhttps?:\/\/\S+/g,
    ' ',
  );

/**
 * The kubelet's words without what it says of every back-off. From 1.32 on it repeats the cause behind "Back-off pulling
 * image"; before, nothing was left of it (krane#124).
 */
export const pullWords = (message: string): string =>
  message.replace(/^Back-off pulling image "[^"]*"(?:: )?/, '').replace(/^ErrImagePull: /, '');

/** `registry.example.com` of an image; what to name where the text of a refusal may hold a user's name. */
export const registryOf = (image: string): string => parseImageRef(image)?.registry ?? 'the registry';

/** What may be printed of it: Docker Hub puts the user's name into a 429. */
export const sayPull = (message: string, image: string): string =>
  pullTrouble(message, image) === 'throttled'
    ? `429 too many requests from ${registryOf(image)}`
    : pullWords(message) || message;

/** What runtimes say before they come to the cause: on the way, they repeat the image and what they were about to do. */
const preambles: readonly RegExp[] = [
  /^rpc error: code = \w+ desc = /,
  /^(?:Error: )?ErrImagePull: /,
  /^unable to pull image or OCI artifact: pull image err: /,
  /^failed to pull(?: and unpack)? image "[^"]*": /i,
  /^failed to resolve (?:reference|image) "[^"]*": /,
  /^failed to (?:do request|copy|authorize|fetch (?:anonymous|oauth) token): /,
  /^httpReadSeeker: failed open: /,
  /^Error response from daemon: /,
  /^(?:initializing source|pinging container registry|reading manifest) \S+(?: in \S+)?: /,
  /^\S+: (?=not found$)/,
];

/** The cause alone, for one line: `not found`, `dial tcp 10.0.0.7:5000: connect: connection refused`. */
export function pullCause(message: string, image: string): string {
  const words = sayPull(message, image);
  const rest = preambles.reduce((text, preamble) => text.replace(preamble, ''), words.trim());
  // What follows a request mostly names the address itself.
  const cause = rest.replace(/^(?:Get|Head) "https?:\/\/([^/":]+)[^"]*": /i, (_, host: string) =>
    rest.indexOf(host, rest.indexOf('": ')) === -1 ? `${host}: ` : '',
  );
  return shortDigests(cause === words.trim() ? cause : pullCause(cause, image));
}

/** `shop/web:2@sha256:1a2b3c4d5e6f…`, after a registry that was named already. */
export function nameInRegistry(image: string): string {
  const registry = registryOf(image);
  return shortDigests(image.startsWith(`${registry}/`) ? image.slice(registry.length + 1) : image);
}

/** Twelve digits tell digests apart, as `docker images` shows them. */
export const shortDigests = (text: string): string =>
  text.replaceAll(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1…');
