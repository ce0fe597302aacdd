import { expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { identityProblem, recipientProblem } from '../../../lib/domain/database/age-keys.ts';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

test.each<[string, RegExp | undefined]>([
  [recipient, undefined],
  [recipient.slice(0, -1), /not a whole/],
  [`${recipient.slice(0, 20)}${recipient[20] === 'q' ? 'p' : 'q'}${recipient.slice(21)}`, /not a whole/],
  [recipient.toUpperCase(), /begins with age1/],
  [identity, /secret key/],
  ['ssh-ed25519 AAAA', /SSH key/],
  ['age1yubikey1qtest', /plugin/],
  ['team@example.com', /begins with age1/],
  ['', /begins with age1/],
])('recipient %#', (text, problem) => {
  const said = recipientProblem(text);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});

test.each<[string, RegExp | undefined]>([
  [identity, undefined],
  [identity.slice(0, -1), /no age identity/],
  [identity.toLowerCase(), /no age identity/],
  [recipient, /public key/],
])('identity %#', (text, problem) => {
  const said = identityProblem(text);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});
