/**
 * Build arguments stay in the image: in its history, and in provenance (`mode=max`). So a secret must not travel in one.
 */
import { writtenForms } from '../secret-forms.ts';

/**
 * BuildKit's own rule (SecretsUsedInArgOrEnv, frontend/dockerfile/dockerfile2llb/validations.go), but a bare `KEY` must
 * say what it opens: `CACHE_KEY` is none.
 */
const secretName =
  /(^|[_-])(api_?key|(api|access|private|secret|signing|encryption|ssh|deploy|auth)[_-]?key|auth|credentials?|password|passphrase|pword|passwd|pwd|secret|token|pat)(s?)([_-]|$)/i;
/** What only tells where one is, or what it is called. */
const aboutSecret =
  /(^|[_-])public([_-]|$)|[_-](url|uri|file|path|dir|name|id|ids|version|type|ttl|host|port|header|mode)$/i;

/** Tokens that can be told by their form: GitHub, npm, AWS, Slack, private keys, passwords in a URL. */
const secretValue =
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bnpm_[A-Za-z0-9]{30,}|\bA[KS]IA[A-Z0-9]{16}\b|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY|\/\/[^\s/:@]+:[^\s/@]{4,}@/;

/** Shorter values stand in other texts too. */
const shortest = 6;
/** A test database's password may well be `postgres`: of a variable only more than a word is believed. */
const shortestInEnvironment = 10;

/** Names of variables and arguments that hold a secret, not of what tells where one is. */
export const isSecretName = (name: string): boolean => secretName.test(name) && !aboutSecret.test(name);

/**
 * Why a `NAME=value` must not be given to a build; undefined when it may. `known` are the secrets of this step; the
 * answer quotes neither them nor the value.
 */
export function buildArgProblem(
  argument: string,
  known: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): string | undefined {
  const [name, value] = nameAndValue(argument, env);
  if (name === '') return 'has no name; write NAME=value';
  if (holdsSecret(value, known)) return `${name} holds a secret, ${staysBehind(name)}`;
  if (isSecretName(name)) return `${name} looks like a secret, ${staysBehind(name)}`;
  return undefined;
}

/** A value that is a known secret in any of its written forms, or has the form of one. */
export const holdsSecret = (value: string, known: readonly string[]): boolean =>
  secretValue.test(value) ||
  known
    .filter((secret) => secret.trim().length >= shortest)
    .some((secret) => writtenForms(secret.trim()).some((form) => value.includes(form)));

const staysBehind = (name: string): string =>
  `and stays in the image's history; use secrets: ${name.toLowerCase()}=… and RUN --mount=type=secret,id=${name.toLowerCase()}`;

function nameAndValue(
  argument: string,
  env: Readonly<Record<string, string | undefined>>,
): [name: string, value: string] {
  const at = argument.indexOf('=');
  return at === -1
    ? [argument.trim(), env[argument.trim()] ?? '']
    : [argument.slice(0, at).trim(), argument.slice(at + 1)];
}

/** Values of the environment whose name says that they are secrets: what a step was given, it must not build in. */
export const secretsOfEnvironment = (env: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    isSecretName(name) &&
    !name.startsWith('INPUT_') &&
    value !== undefined &&
    value.length >= shortestInEnvironment
      ? [value]
      : [],
  );
