/** Reads a locator from YAML, with every fault at once and no secret in any of them. */
import { Fields } from '../checks/fields.ts';
import { readYaml } from '../checks/yaml.ts';
import type { Fault } from '../errors.ts';
import { sshHostForm, sshUserForm } from '../ssh/place.ts';
import type { SshPlace } from '../ssh/place.ts';
import { databaseNameProblem, userNameProblem } from './names.ts';
import { engines } from './locator.ts';
import type { DockerPlace, Engine, KubernetesPlace, Locator, Place } from './locator.ts';
import { readUrl } from './parse-url.ts';
import type { ReadUrl } from './parse-url.ts';

export const placeKeys = ['url', 'docker', 'kubernetes', 'ssh'] as const;
export const locatorKeys = ['engine', ...placeKeys, 'database', 'user', 'password'] as const;
const sshKeys = ['host', 'port', 'user', 'key', 'known-hosts', 'jump'];

const dockerName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const kubernetesName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const selectorForm = /^[a-zA-Z0-9!][^\s]*$/;

/** `input`: how faults name it. The locator is complete only where no fault was added. */
export function parseLocator(text: string, input: string, faults: Fault[]): Locator {
  const before = faults.length;
  const value = readYaml(text, input, faults);
  return faults.length > before ? standIn : readLocator(new Fields(value, input, locatorKeys, faults));
}

/** The same of a map whose YAML is read. `unread`: places that are given and whose faults are told already. */
export function readLocator(fields: Fields, unread: readonly string[] = []): Locator {
  const engine = readEngine(fields);
  const url = fields.has('url') ? readUrl(fields, engine) : undefined;
  return {
    engine,
    place: readPlace(fields, url, unread),
    database: readDatabase(fields, url),
    ...optional('user', readUser(fields, url)),
    ...optional('password', readPassword(fields, url)),
  };
}

const standIn: Locator = {
  engine: 'postgresql',
  place: { kind: 'url', host: '', port: 5432, sslMode: 'prefer' },
  database: '',
};

function readEngine(fields: Fields): Engine {
  if (!fields.has('engine')) fields.fault('engine', `is required: ${engines.join(', ')}`, 'empty');
  return fields.choice('engine', engines);
}

function readPlace(fields: Fields, url: ReadUrl | undefined, unread: readonly string[]): Place {
  const given = placeKeys.filter((place) => fields.has(place) || unread.includes(place));
  if (given.length !== 1) {
    const value = given.length === 0 ? 'no place' : `${given.join(' and ')} given`;
    fields.fault('url', `say once where the database is: ${placeKeys.join(', ')}`, value);
  }
  // Each that is there is read, so that its own faults are told at the same time.
  const read: Place[] = [
    ...(url === undefined ? [] : [url.place]),
    ...(fields.has('docker') ? [readDocker(fields)] : []),
    ...(fields.has('kubernetes') ? [readKubernetes(fields)] : []),
    ...(fields.has('ssh') ? [{ kind: 'ssh', over: readSsh(fields, sshKeys) } as const] : []),
  ];
  return read[0] ?? standIn.place;
}

/** A name alone is a container of this host. */
function readDocker(fields: Fields): DockerPlace {
  const short = typeof fields.raw('docker') !== 'object';
  const docker = short ? fields : fields.nested('docker', ['container', 'ssh']);
  const [key, container] = short
    ? (['docker', fields.text('docker')] as const)
    : (['container', docker?.text('container') ?? ''] as const);
  if (!dockerName.test(container))
    docker?.fault(key, 'must be the name or id of a container', JSON.stringify(container));
  if (short) return { kind: 'docker', container };
  return {
    kind: 'docker',
    container,
    ...(docker?.has('ssh') === true ? { over: readSsh(docker, sshKeys) } : {}),
  };
}

function readKubernetes(fields: Fields): KubernetesPlace {
  const kubernetes = fields.nested('kubernetes', ['namespace', 'pod', 'selector', 'container']);
  const name = (key: string, why: string): string => {
    const text = kubernetes?.text(key) ?? '';
    if (!kubernetesName.test(text)) kubernetes?.fault(key, why, JSON.stringify(text));
    return text;
  };
  const namespace = name('namespace', 'must be the name of a namespace');
  const container = kubernetes?.has('container') === true ? name('container', 'must be a name') : undefined;
  const [byPod, bySelector] = [kubernetes?.has('pod') === true, kubernetes?.has('selector') === true];
  if (byPod === bySelector)
    kubernetes?.fault('pod', 'give pod or selector, one of them', byPod ? 'both given' : 'neither given');
  const pod = byPod
    ? { name: name('pod', 'must be the name of a pod') }
    : { selector: readSelector(kubernetes) };
  return { kind: 'kubernetes', namespace, pod, ...optional('container', container) };
}

function readSelector(kubernetes: Fields | undefined): string {
  const selector = kubernetes?.text('selector') ?? '';
  if (kubernetes?.has('selector') === true && !selectorForm.test(selector))
    kubernetes.fault('selector', 'must be a label selector: app=postgres', JSON.stringify(selector));
  return selector;
}

function readSsh(fields: Fields, keys: readonly string[]): SshPlace {
  const ssh = fields.nested('ssh', keys);
  const key = ssh?.text('key') ?? '';
  // Not quoted back: it is a private key, or what somebody took for one.
  if (!key.includes('PRIVATE KEY-----')) ssh?.fault('key', 'must be the text of a private key');
  const knownHosts = ssh?.text('known-hosts').trim() ?? '';
  if (knownHosts === '')
    ssh?.fault('known-hosts', 'is required: the output of ssh-keyscan, checked once by a person', 'empty');
  const jump = ssh?.nested('jump', ['host', 'port', 'user']);
  return {
    ...readHost(ssh),
    key,
    knownHosts,
    ...(jump === undefined ? {} : { jump: readHost(jump) }),
  };
}

function readHost(fields: Fields | undefined): { host: string; port: number; user: string } {
  const host = fields?.text('host') ?? '';
  if (!sshHostForm.test(host)) fields?.fault('host', 'must be a host name or address', JSON.stringify(host));
  const user = fields?.text('user') ?? '';
  if (!sshUserForm.test(user)) fields?.fault('user', 'must be a user name', JSON.stringify(user));
  return { host, port: fields?.integer('port', 22, { min: 1, max: 65_535 }) ?? 22, user };
}

function readDatabase(fields: Fields, url: ReadUrl | undefined): string {
  if (url?.database !== undefined && fields.has('database'))
    fields.fault('database', 'is named by the url already; say it once', 'both given');
  const database = url?.database ?? fields.text('database');
  const problem = databaseNameProblem(database);
  if (problem !== undefined) fields.fault('database', problem, JSON.stringify(database));
  return database;
}

function readUser(fields: Fields, url: ReadUrl | undefined): string | undefined {
  if (url?.user !== undefined && fields.has('user'))
    fields.fault('user', 'is named by the url already; say it once', 'both given');
  const user = url?.user ?? (fields.has('user') ? fields.text('user') : undefined);
  const problem = user === undefined ? undefined : userNameProblem(user);
  if (problem !== undefined) fields.fault('user', problem, JSON.stringify(user));
  return user;
}

function readPassword(fields: Fields, url: ReadUrl | undefined): string | undefined {
  if (url?.password !== undefined && fields.has('password'))
    fields.fault('password', 'is in the url already; say it once', 'both given');
  const password = url?.password ?? (fields.has('password') ? fields.text('password') : undefined);
  if (password !== undefined && /[\n\r\0]/.test(password))
    fields.fault('password', 'must be one line: a password file has one per line');
  return password;
}

const optional = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
