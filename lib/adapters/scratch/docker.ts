/** What the docker CLI is asked for scratch containers, here or on another host. */
import { scratchLabel } from '../../domain/database/scratch-mark.ts';

/** Nothing in it is reachable, and it can do no more than become another account. */
const confined = [
  '--network',
  'none',
  '--cap-drop',
  'ALL',
  ...['SETUID', 'SETGID'].flatMap((capability) => ['--cap-add', capability]),
  '--security-opt',
  'no-new-privileges',
];

export interface RunOrder {
  readonly image: string;
  readonly name: string;
  /** As `markText` writes it. */
  readonly mark: string;
  readonly memory?: number;
  /** A folder that is kept in memory, up to so many bytes. */
  readonly tmpfs?: { readonly folder: string; readonly bytes: number };
  readonly program: readonly string[];
}

/**
 * Runs a program, which ends when its standard input does. Not detached: the client is its leash, and hears it end.
 * --rm takes anonymous volumes along, which images of databases declare (textstack#425: 156 GB of them). Its log is
 * not kept: what a restore says may hold data.
 */
export const runArgv = ({ image, name, mark, memory, tmpfs, program }: RunOrder): string[] => {
  const [entrypoint = '', ...rest] = program;
  return [
    'docker',
    'run',
    '--rm',
    '--interactive',
    '--name',
    name,
    '--label',
    `${scratchLabel}=${mark}`,
    ...confined,
    '--log-driver',
    'none',
    ...(memory === undefined ? [] : ['--memory', String(memory), '--memory-swap', String(memory)]),
    ...(tmpfs === undefined ? [] : ['--tmpfs', `${tmpfs.folder}:rw,mode=1777,size=${tmpfs.bytes}`]),
    '--entrypoint',
    entrypoint,
    image,
    ...rest,
  ];
};

/** Name and mark of each, a line each, whatever its state. */
export const listArgv: readonly string[] = [
  'docker',
  'ps',
  '--all',
  '--filter',
  `label=${scratchLabel}`,
  '--format',
  `{{.Names}} {{.Label "${scratchLabel}"}}`,
];

export const removeArgv = (name: string): string[] => ['docker', 'rm', '--force', '--volumes', name];

/** The image that a container runs, whatever its tag means by now. */
export const imageOfArgv = (container: string): string[] => [
  'docker',
  'inspect',
  '--type',
  'container',
  '--format',
  '{{.Image}}',
  container,
];

export const hasImageArgv = (image: string): string[] => [
  'docker',
  'image',
  'inspect',
  '--format',
  '{{.Id}}',
  image,
];

export const pullArgv = (image: string): string[] => ['docker', 'pull', '--quiet', image];
