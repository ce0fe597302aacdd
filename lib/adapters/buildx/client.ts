import { join } from 'node:path';
import { fieldsOf } from '../../domain/build/list.ts';
import { readFailure } from '../../domain/build/failure.ts';
import { parseMetadata } from '../../domain/build/metadata.ts';
import { CancelledError, ToolError } from '../../domain/errors.ts';
import type { Builder, BuilderInUse, BuilderTool, BuildOrder } from '../../ports/builder.ts';
import type { Files } from '../../ports/files.ts';
import type { Exit, RunOptions, Spawn } from '../../ports/process.ts';
import * as argv from './argv.ts';
import { locateBuildx } from './locate.ts';
import { parseInspect, parseVersion, pushesByDigest } from './parse.ts';

export interface BuildxOptions {
  readonly spawn: Spawn;
  readonly files: Pick<Files, 'writePrivate' | 'read'>;
  /** This step's own folder: metadata, and the builders that this step makes. */
  readonly folder: string;
  /** Where the build runs: relative paths start here. */
  readonly workspace: string;
  /** PATH. */
  readonly path: string;
  /** The user's docker configuration folder: plugins and builders are found there. */
  readonly userConfig: string;
  /** The user's BUILDX_CONFIG; empty: `buildx` in `userConfig`. */
  readonly buildxConfig: string;
  /** The private docker configuration with the credentials. */
  readonly dockerConfig: string;
  /** BUILDX_BUILDER: what docker/setup-buildx-action left in use; empty where there is none. */
  readonly inUse: string;
  /** BUILDKIT_HOST; empty where there is none. */
  readonly buildkitHost: string;
  /** Name of a builder that this step makes. */
  readonly ownName: string;
  /** ACTIONS_RUNTIME_TOKEN, which no other child gets: a cache of `type=gha` is silently left out without it. */
  readonly runtimeToken: string;
}

/** Oldest that we know to write metadata, push by digest and take annotations. */
const oldest = { major: 0, minor: 12 };
const setup = 'add docker/setup-buildx-action before this step';
const questionTimeout = 60_000;
/** Pulling BuildKit's image and starting it. */
const bootTimeout = 300_000;
/** A build's log can be long: of what is not needed any more only the end is kept. */
const linesKept = 400;

/** The Builder port over buildx, as a plugin of the docker CLI or by itself. */
export function buildxBuilder(options: BuildxOptions): Builder {
  const { spawn, files, folder, workspace, buildkitHost, ownName } = options;
  const theirs = options.buildxConfig || join(options.userConfig, 'buildx');
  const own = join(folder, 'buildx');
  const configOf = (name: string | undefined): string => (name === ownName ? own : theirs);

  let located: Promise<BuilderTool> | undefined;
  const tool = (): Promise<BuilderTool> => (located ??= locate(options));

  const ask = async (
    args: readonly string[],
    config: string,
    run: RunOptions,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Exit> => {
    const { program } = await tool();
    const exit = await spawn(
      { argv: [program, ...args], cwd: workspace, env: { ...environment(options, config), ...env } },
      run,
    );
    if (exit.cancelled) throw new CancelledError(`buildx ${args[0] ?? ''} was cancelled`);
    return exit;
  };

  const inspect = async (name: string | undefined, run: RunOptions = {}) => {
    const exit = await ask(argv.inspectArgv(name, false), configOf(name), {
      timeout: questionTimeout,
      ...run,
    });
    return { exit, found: exit.status === 0 ? parseInspect(exit.stdout) : undefined };
  };

  const make = async (willMake: (name: string) => void, run: RunOptions): Promise<BuilderInUse> => {
    willMake(ownName);
    const steps = [
      argv.createArgv(ownName, buildkitHost === '' ? undefined : buildkitHost),
      argv.inspectArgv(ownName, true),
    ];
    for (const args of steps) {
      const exit = await ask(args, own, { timeout: bootTimeout, ...run });
      const error = exit.status === 0 && args[0] === 'inspect' ? parseInspect(exit.stdout)?.error : undefined;
      if (exit.status !== 0 || error !== undefined) throw noBuilder(args, exit, buildkitHost, error);
    }
    return { name: ownName, driver: buildkitHost === '' ? 'docker-container' : 'remote', ours: true };
  };

  return {
    tool,
    async prepare(asked, needs, { willMake, onLine, signal }) {
      const run: RunOptions = {
        // What it answers is for us; how it pulls and starts BuildKit is for people.
        ...(onLine === undefined
          ? {}
          : {
              onLine: (line: string, stream: 'stdout' | 'stderr') =>
                stream === 'stderr' ? onLine(line) : undefined,
            }),
        ...(signal === undefined ? {} : { signal }),
      };
      if (asked === undefined && options.inUse === '' && buildkitHost !== '') return make(willMake, run);
      const { exit, found } = await inspect(asked ?? (options.inUse || undefined), run);
      const fits = found !== undefined && (!needs.push || pushesByDigest(found.driver));
      if (found !== undefined && fits) return { name: found.name, driver: found.driver, ours: false };
      if (asked === undefined) return make(willMake, run);
      throw found === undefined ? unknownBuilder(asked, exit) : cannotPush(asked, exit);
    },

    async build(order, builder, { onLine, signal } = {}) {
      const written = await buildFiles(order, folder, files);
      const args = argv.buildArgv(order, builder.name, written);
      const lines: string[] = [];
      const exit = await ask(
        args,
        configOf(builder.name),
        {
          keepOutput: false,
          onLine: (line) => {
            lines.push(line);
            if (lines.length > linesKept) lines.shift();
            onLine?.(line);
          },
          ...(signal === undefined ? {} : { signal }),
        },
        {
          ...(order.sourceDate === undefined ? {} : { SOURCE_DATE_EPOCH: String(order.sourceDate) }),
          ...(usesRunnerCache(order) ? { ACTIONS_RUNTIME_TOKEN: options.runtimeToken } : {}),
        },
      );
      if (exit.status !== 0) return { kind: 'failed', failure: readFailure(lines) };
      const metadata = parseMetadata((await files.read(written.metadata)) ?? '');
      const imageId = metadata.imageId ?? ((await files.read(written.iid)) ?? '').trim();
      return { kind: 'built', metadata: { ...metadata, imageId: imageId === '' ? undefined : imageId } };
    },

    async remove(name) {
      const exit = await ask(argv.removeArgv(name), configOf(name), { timeout: questionTimeout });
      if (exit.status === 0 || /no builder .* found|not found/i.test(exit.stderr)) return;
      throw new ToolError(`builder ${name} could not be removed`, {
        argv: ['buildx', ...argv.removeArgv(name)],
        exit: exit.status,
        lastLines: lastOf(exit),
        remedy: `remove it by hand: docker buildx rm --force ${name}`,
      });
    },
  };
}

const usesRunnerCache = ({ intent }: BuildOrder): boolean =>
  [...intent.cacheFrom, ...intent.cacheTo].flatMap(fieldsOf).includes('type=gha');

const environment = (
  { dockerConfig }: BuildxOptions,
  config: string,
): Readonly<Record<string, string | undefined>> => ({
  DOCKER_CONFIG: dockerConfig,
  BUILDX_CONFIG: config,
  // The choice is made here, by name.
  BUILDX_BUILDER: undefined,
  BUILDKIT_HOST: undefined,
  BUILDKIT_COLORS: undefined,
  NO_COLOR: '1',
  // It repeats the build arguments, and output `metadata` is shown.
  BUILDX_METADATA_PROVENANCE: 'disabled',
});

async function buildFiles(
  { intent }: BuildOrder,
  folder: string,
  files: Pick<Files, 'writePrivate'>,
): Promise<argv.BuildFiles> {
  const secrets: Record<string, string> = {};
  for (const [at, { id, from }] of intent.secrets.entries()) {
    if (from.kind === 'value') secrets[id] = await files.writePrivate(`build-secret-${at}`, from.value);
  }
  // Emptied: what an earlier try wrote is not what this one makes.
  const metadata = await files.writePrivate('build-metadata.json', '');
  return { metadata, iid: join(folder, 'build-iid'), secrets };
}

async function locate({ spawn, path, userConfig, dockerConfig }: BuildxOptions): Promise<BuilderTool> {
  const program = await locateBuildx({ path, dockerConfig: userConfig });
  if (program === undefined)
    throw missing('buildx is not here: no plugin of the docker CLI, nothing on PATH');
  const exit = await spawn(
    { argv: [program, ...argv.versionArgv], env: { DOCKER_CONFIG: dockerConfig } },
    { timeout: questionTimeout },
  );
  const version = parseVersion(exit.stdout);
  // A build from source says 0.0.0.
  const tooOld =
    version !== undefined &&
    version.text !== '0.0.0' &&
    !version.text.startsWith('0.0.0+') &&
    (version.major < oldest.major || (version.major === oldest.major && version.minor < oldest.minor));
  if (tooOld)
    throw missing(`buildx ${version.text} is too old; ${oldest.major}.${oldest.minor} or newer is needed`);
  if (exit.status !== 0)
    throw new ToolError(`${program} does not work`, {
      argv: [program, ...argv.versionArgv],
      exit: exit.status,
      lastLines: lastOf(exit),
      remedy: setup,
    });
  return { program, version: version?.text ?? exit.stdout.trim() };
}

const missing = (message: string): ToolError =>
  new ToolError(message, {
    argv: ['docker', 'buildx', ...argv.versionArgv],
    exit: 'not started',
    lastLines: [],
    remedy: setup,
  });

const noBuilder = (args: readonly string[], exit: Exit, host: string, error: string | undefined): ToolError =>
  new ToolError(
    host === '' ? 'no builder could be made' : `the BuildKit at ${host} (BUILDKIT_HOST) does not answer`,
    {
      argv: ['buildx', ...args],
      exit: exit.status,
      lastLines: error === undefined ? lastOf(exit) : [error],
      remedy:
        host === ''
          ? `start a Docker engine, or ${setup}`
          : 'see that BuildKit runs there, or unset BUILDKIT_HOST',
    },
  );

const unknownBuilder = (name: string, exit: Exit): ToolError =>
  new ToolError(`there is no builder ${name}`, {
    argv: ['buildx', ...argv.inspectArgv(name, false)],
    exit: exit.status,
    lastLines: lastOf(exit),
    remedy: `${setup} and give its output name, or leave builder out`,
  });

const cannotPush = (name: string, exit: Exit): ToolError =>
  new ToolError(`builder ${name} has the driver docker, which cannot push by digest`, {
    argv: ['buildx', ...argv.inspectArgv(name, false)],
    exit: exit.status,
    lastLines: [],
    remedy: 'leave builder out, or name one with the driver docker-container',
  });

const lastOf = ({ stderr, stdout }: Exit): string[] =>
  (stderr.trim() === '' ? stdout : stderr).trimEnd().split('\n').slice(-10);
