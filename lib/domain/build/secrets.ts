/** Reads the inputs `secrets`, `secret-files` and `secret-envs`: `id=value`, `id=path`, `ID=VARIABLE`. */
import type { InputReader } from '../inputs/reader.ts';
import type { BuildIntent, BuildSecret } from './intent.ts';
import { parseList } from './list.ts';
import type { Look } from './places.ts';

const fromFork =
  "is empty: a fork's pull request and Dependabot get no secrets; skip this step for them, or leave the secret out";

/** `values` are what must be hidden and must not be built in. No fault quotes a value. */
export function readSecrets(
  reader: InputReader,
  env: Readonly<Record<string, string | undefined>>,
  look: Look | undefined,
): { secrets: BuildSecret[]; values: string[] } {
  const secrets: BuildSecret[] = [];
  const values: string[] = [];
  const add = (input: string, id: string, from: BuildSecret['from']): void => {
    if (secrets.some((each) => each.id === id)) reader.fault({ input, problem: `${id} is there twice` });
    secrets.push({ id, from });
  };
  for (const [id, value] of entries(reader, 'secrets')) {
    if (value === '') reader.fault({ input: 'secrets', problem: `${id} ${fromFork}` });
    add('secrets', id, { kind: 'value', value });
    values.push(value);
  }
  for (const [id, path] of entries(reader, 'secret-files')) {
    if (path === '' || (look !== undefined && look(path).kind !== 'file'))
      reader.fault({
        input: 'secret-files',
        value: JSON.stringify(path),
        problem: `${id}: there is no such file`,
      });
    add('secret-files', id, { kind: 'file', path });
  }
  for (const [id, name] of entries(reader, 'secret-envs')) {
    const value = env[name];
    if (value === undefined)
      reader.fault({
        input: 'secret-envs',
        value: name,
        problem: `${id}: no such variable; set it under env`,
      });
    else if (value === '') reader.fault({ input: 'secret-envs', value: name, problem: `${id} ${fromFork}` });
    add('secret-envs', id, { kind: 'env', name });
    values.push(value ?? '');
  }
  return { secrets, values: values.filter((value) => value !== '') };
}

function entries(reader: InputReader, input: string): [id: string, value: string][] {
  const lines = parseList(reader.text(input), { keepCommas: input !== 'secret-envs' });
  return lines.flatMap((line) => {
    const at = line.indexOf('=');
    if (at > 0) return [[line.slice(0, at).trim(), line.slice(at + 1)] as [string, string]];
    // Without a key the line may be the secret itself.
    reader.fault({
      input,
      problem: 'each entry is written id=value; a value of several lines goes in double quotes',
    });
    return [];
  });
}

/** What must be hidden from the log, one by one: the input as a whole is one long text. */
export const secretValues = (
  { secrets }: BuildIntent,
  env: Readonly<Record<string, string | undefined>>,
): string[] =>
  secrets
    .map(({ from }) =>
      from.kind === 'value' ? from.value : from.kind === 'env' ? (env[from.name] ?? '') : '',
    )
    .filter((value) => value !== '');
