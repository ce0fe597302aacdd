/** The input `registries`: who we are to which registry. */
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import { ecrRegistryOf } from '../oci/ecr.ts';
import { registryName } from '../docker-config.ts';
import { closest } from '../suggest.ts';
import type { InputReader } from './reader.ts';
import { yamlFault } from './yaml-fault.ts';

export type RegistryLogin =
  | {
      readonly kind: 'password';
      /** Host and port; Docker Hub is `docker.io`. */
      readonly registry: string;
      readonly username: string;
      readonly password: string;
    }
  /** By a token of AWS, which this step fetches. */
  | { readonly kind: 'ecr'; readonly registry: string };

const keys = ['registry', 'username', 'password', 'ecr'] as const;
/** What other actions and tools call it. */
const elsewhere: ReadonlySet<string> = new Set([
  'user',
  'login',
  'token',
  'pass',
  'host',
  'server',
  'url',
  'name',
  'scope',
  'logout',
  'auth',
]);
type Entry = Readonly<Record<string, unknown>>;
/** Calls out what is wrong with one key of an entry. A value is named only where it can hold no secret. */
type Refuse = (key: string, problem: string, value?: string) => void;

const input = 'registries';
const hostForm = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;

/** Reads the list and calls out every fault; `env` has the AWS credentials that `ecr: true` leans on. */
export function readRegistries(
  reader: InputReader,
  env: Readonly<Record<string, string | undefined>>,
): readonly RegistryLogin[] {
  const logins = entriesOf(reader).flatMap((entry, index) => {
    const refuse: Refuse = (key, problem, value) =>
      reader.fault({
        input: `${input}[${index}]${key === '' ? '' : `.${key}`}`,
        problem,
        ...(value === undefined ? {} : { value }),
      });
    return loginOf(entry, refuse, env) ?? [];
  });
  const twice = logins.find(({ registry }, index) =>
    logins.some((other, before) => before < index && other.registry === registry),
  );
  if (twice !== undefined)
    reader.fault({ input, value: twice.registry, problem: 'is listed twice: one login for each registry' });
  return logins;
}

/** Everything is text: a password of digits is not a number, and `0123` keeps its zero. */
function entriesOf(reader: InputReader): Entry[] {
  if (reader.lines(input).length === 0) return [];
  const advice = 'must be a list, each entry beginning with `- registry: `';
  try {
    const value: unknown = load(reader.text(input), { schema: FAILSAFE_SCHEMA });
    if (!Array.isArray(value)) {
      reader.fault({ input, value: typeof value === 'string' ? 'text' : 'a map', problem: advice });
      return [];
    }
    return value.flatMap((entry: unknown, index) => {
      if (isMap(entry)) return [entry];
      reader.fault({ input: `${input}[${index}]`, problem: advice });
      return [];
    });
  } catch (error) {
    const fault = yamlFault(error, input);
    reader.fault({
      ...fault,
      problem: `${fault.problem}; put passwords in quotes: password: '\${{ secrets.NAME }}'`,
    });
    return [];
  }
}

const isMap = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function loginOf(
  entry: Entry,
  refuse: Refuse,
  env: Readonly<Record<string, string | undefined>>,
): RegistryLogin | undefined {
  for (const key of Object.keys(entry).filter((each) => !keys.includes(each as (typeof keys)[number]))) {
    const near = closest(key, keys);
    if (near === undefined && !elsewhere.has(key))
      refuse('', 'not shown, for it may be a secret; is there a space after every colon?', 'unknown key');
    else
      refuse(
        key,
        near === undefined ? `the keys are ${keys.join(', ')}` : `did you mean ${near}?`,
        'unknown key',
      );
  }
  const registry = registryOf(entry, refuse);
  return 'ecr' in entry ? ecrLogin(entry, registry, refuse, env) : passwordLogin(entry, registry, refuse);
}

function registryOf(entry: Entry, refuse: Refuse): string {
  const text = textOf(entry, 'registry');
  if (text === '') refuse('registry', 'is required: docker.io, ghcr.io, harbor.example:8443', 'empty');
  const registry = registryName(text);
  if (text !== '' && !hostForm.test(registry)) {
    const host = registry.split('/', 1)[0] ?? '';
    const advice = hostForm.test(host) ? `: ${host}` : '';
    refuse('registry', `must be a host alone, with a port if it has one${advice}`, JSON.stringify(text));
  }
  return registry;
}

function passwordLogin(entry: Entry, registry: string, refuse: Refuse): RegistryLogin | undefined {
  const [username, password] = [textOf(entry, 'username'), textOf(entry, 'password')];
  const isEcr = ecrRegistryOf(registry) !== undefined;
  const otherwise = isEcr ? ', or `ecr: true` for a token from AWS' : '';
  if (!('username' in entry)) refuse('username', `is required${otherwise}`, 'empty');
  else if (username === '') refuse('username', 'is empty: check the name of the variable or secret', 'empty');
  if (!('password' in entry)) refuse('password', `is required${otherwise}`, 'empty');
  else if (password === '')
    refuse(
      'password',
      'is empty: the secret does not exist, or this run gets none (pull requests from forks, Dependabot): skip the step there',
      'empty',
    );
  return { kind: 'password', registry, username, password };
}

function ecrLogin(
  entry: Entry,
  registry: string,
  refuse: Refuse,
  env: Readonly<Record<string, string | undefined>>,
): RegistryLogin | undefined {
  const chosen = textOf(entry, 'ecr');
  if (chosen !== 'true')
    refuse('ecr', 'write true, or leave it out and give username and password', JSON.stringify(chosen));
  for (const key of ['username', 'password'].filter((each) => each in entry))
    refuse(key, 'belongs to a login by password: leave it out with ecr');
  if (registry !== '' && ecrRegistryOf(registry) === undefined)
    refuse(
      'registry',
      'is none of ECR: 123456789012.dkr.ecr.eu-west-1.amazonaws.com, or public.ecr.aws',
      JSON.stringify(registry),
    );
  const missing = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].filter((name) => !env[name]);
  if (missing.length > 0)
    refuse(
      'ecr',
      `needs ${missing.join(' and ')} in the environment: run aws-actions/configure-aws-credentials before this step`,
    );
  return { kind: 'ecr', registry };
}

const textOf = (entry: Entry, key: string): string => {
  const value = entry[key];
  return typeof value === 'string' ? value.trim() : '';
};
