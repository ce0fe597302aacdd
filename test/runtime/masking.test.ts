import { expect, test } from '@jest/globals';
import { Masks } from '../../lib/runtime/masking.ts';
import { secretParts } from '../../lib/domain/secret-lines.ts';

function masks(...secrets: string[]) {
  const [written, warned]: [string[], string[]] = [[], []];
  const made = new Masks(
    (text) => written.push(text),
    (line) => warned.push(line),
  );
  for (const secret of secrets) made.mask(secret);
  return { made, written, warned };
}

test('a secret is masked once, in the form that the runner reads', () => {
  expect(masks('p%ss:word', 'p%ss:word', '').written).toEqual(['::add-mask::p%25ss:word\n']);
});

test.each(['a', 'on', 'yes'])('%j is too short: refused, and the warning does not say it', (secret) => {
  const { made, written, warned } = masks(secret);
  expect(written).toEqual([]);
  expect(warned).toEqual([
    `a secret of ${secret.length} characters is too short to hide in the log; use one of at least 4`,
  ]);
  expect(made.redact(`x ${secret} x`)).toBe(`x ${secret} x`);
});

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: ${'LS0tQ0E5'.repeat(8)}
    server: https://k8s.example.com:6443
  name: prod
current-context: prod
users:
- name: deployer
  user:
    token: abcd1234
    client-key-data: "${'LS0tS0VZ'.repeat(8)}"
`;

test.each([
  [
    'a key',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQ+abc\nDEF=\n-----END PRIVATE KEY-----\n',
    ['MIIEvQ+abc', 'DEF='],
  ],
  ['a kubeconfig', kubeconfig, ['LS0tQ0E5'.repeat(8), 'abcd1234', 'LS0tS0VZ'.repeat(8)]],
  [
    'JSON',
    '{\n  "auths": {\n    "ghcr.io": {\n      "auth": "dXNlcjpwYXNz",\n      "email": "me@example.com"\n    }\n  }\n}',
    ['dXNlcjpwYXNz'],
  ],
  ['plain lines', 'first line\n\n  second line  \n---\n', ['first line', 'second line']],
])('of %s only what is secret is taken', (_, text, parts) => {
  expect(secretParts(text)).toEqual(parts);
});

test('the structure of a secret stays readable in the log', () => {
  const { made } = masks(kubeconfig);
  const manifest = 'apiVersion: v1\nkind: Config\n}\n  name: prod';
  expect(made.redact(manifest)).toBe(manifest);
  expect(made.redact('Bearer abcd1234')).toBe('Bearer ***');
  expect(made.redact(`before ${kubeconfig.trim()} after`)).toBe('before *** after');
});

test('a kubeconfig in base64 hides what is in it', () => {
  const { made, written } = masks(Buffer.from(kubeconfig).toString('base64'));
  expect(written).toHaveLength(4);
  expect(made.redact('token abcd1234')).toBe('token ***');
});

test.each([
  ['base64', Buffer.from('s3cret/pässword?').toString('base64')],
  ['an Authorization header', Buffer.from('user:s3cret/pässword?').toString('base64')],
  ['base64 in the middle', Buffer.from('{"a":"s3cret/pässword?"}').toString('base64')],
  ['base64url', Buffer.from('ab:s3cret/pässword?:x').toString('base64url')],
  ['a URL', `https://x/?p=${encodeURIComponent('s3cret/pässword?')}`],
])('%s of a secret is hidden, too', (_, text) => {
  const { made } = masks('s3cret/pässword?');
  const redacted = made.redact(text);
  expect(redacted).toContain('***');
  expect(redacted.length).toBeLessThan(text.length - 12);
});

test('JSON of a secret is hidden; of two, the longer one whole', () => {
  const { made } = masks('pass', 'pass"word\\1');
  expect(made.redact(JSON.stringify({ a: 'pass"word\\1', b: 'pass' }))).toBe('{"a":"***","b":"***"}');
});
