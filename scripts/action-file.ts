/** What an action.yml declares, for the README tables and the tests that hold it against the code. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';

export interface DeclaredInput {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
}

export interface ActionFile {
  /** The folder under actions/: the room of the action. */
  readonly folder: string;
  readonly description: string;
  readonly inputs: readonly DeclaredInput[];
  readonly outputs: readonly { readonly name: string; readonly description: string }[];
}

interface Yaml {
  readonly description?: string;
  readonly inputs?: Readonly<Record<string, { description?: string; required?: boolean; default?: unknown }>>;
  readonly outputs?: Readonly<Record<string, { description?: string }>>;
}

/**
 * Where an action's contract stands: in its room, but for `release`. That one is the action of the repository itself
 * (`uses: OWNER/slipway@…`), and GitHub's Marketplace takes it from the root only.
 */
export const actionFileOf = (folder: string): string =>
  folder === 'release' ? 'action.yml' : `actions/${folder}/action.yml`;

/** Every action of actions/, by name. */
export async function readActionFiles(root: string): Promise<ActionFile[]> {
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    folders
      .sort()
      .map(async (folder) =>
        parseActionFile(folder, await readFile(join(root, actionFileOf(folder)), 'utf8')),
      ),
  );
}

export function parseActionFile(folder: string, text: string): ActionFile {
  const yaml = load(text, { schema: CORE_SCHEMA }) as Yaml;
  return {
    folder,
    description: yaml.description ?? '',
    inputs: Object.entries(yaml.inputs ?? {}).map(([name, input]) => ({
      name,
      description: input.description ?? '',
      required: input.required === true,
      default: defaultOf(input.default),
    })),
    outputs: Object.entries(yaml.outputs ?? {}).map(([name, output]) => ({
      name,
      description: output.description ?? '',
    })),
  };
}

/** GitHub passes every default on as text. */
const defaultOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
