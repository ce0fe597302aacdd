/** Who takes the image there. */
import { glob, rm } from 'node:fs/promises';
import { startTool, startTools } from '../kit/run-tool.ts';
import type { Span, Started } from '../kit/run-tool.ts';
import { startAction } from '../kit/step.ts';
import type { Setting } from './setting.ts';
import type { Move, WayId } from './ways.ts';

export interface Lane {
  readonly id: 'ours' | 'docker' | 'imagetools' | 'crane' | 'crane-checked';
  readonly name: string;
  /** Puts back what would make its next turn cheaper than a fresh runner's. */
  readonly reset?: (setting: Setting) => Promise<unknown>;
  readonly start: (move: Move, way: WayId, setting: Setting) => Promise<Started<Landed>>;
}

export interface Landed extends Span {
  /** The tag that it wrote. */
  readonly tag: string;
  /** Between its last look at the tag and the answer to its write, as it reports it; ours only. */
  readonly windowMs?: number;
}

const pinned = ({ source: { registry, repository, digest } }: Move): string =>
  `${registry}/${repository}@${digest}`;
const tagged = ({ target: { registry, repository }, tag }: Move): string =>
  `${registry}/${repository}:${tag}`;

/** The whole step, its start included; with the tag that it makes of the run id by itself. */
const ours: Lane = {
  id: 'ours',
  name: 'promote, the whole step',
  async start(move, _, { entry, home }) {
    const { registry, repository } = move.target;
    const started = await startAction(
      { name: 'promote', entry },
      { HOME: home },
      {
        source: pinned(move),
        destinations: `${registry}/${repository}`,
        environment: 'prod',
        tags: '{env}-{run_id}',
      },
    );
    const ended = started.ended.then(({ startedAt, endedAt, step }) => {
      const [ref = ''] = JSON.parse(step.outputs['tags'] ?? '[]') as string[];
      const { window: windowMs = Number.NaN } = (step.report?.data ?? {}) as { window?: number };
      return { startedAt, endedAt, tag: ref.split(':').at(-1) ?? '', windowMs };
    });
    return { pid: started.pid, ended };
  },
};

/** What most pipelines do. The engine runs already, as on a runner, and has nothing of the image, as on a new one. */
const docker: Lane = {
  id: 'docker',
  name: 'docker pull, tag, push',
  async reset({ dockerHost, dockerData, home }) {
    await startTool(['docker', 'image', 'prune', '--all', '--force'], engine(dockerHost, home)).ended;
    // It remembers to which repositories it ever pushed a layer, and has it mounted from there instead of sending it.
    for await (const memory of glob(`${dockerData}/image/*/distribution/v2metadata-by-diffid`))
      await rm(memory, { recursive: true });
  },
  async start(move, _, { dockerHost, home }) {
    const [source, target] = [pinned(move), tagged(move)];
    return landed(
      move,
      startTools(
        [
          ['docker', 'pull', '--quiet', source],
          ['docker', 'tag', source, target],
          ['docker', 'push', '--quiet', target],
        ],
        engine(dockerHost, home),
      ),
    );
  },
};

const engine = (dockerHost: string, home: string): Readonly<Record<string, string>> => ({
  DOCKER_HOST: dockerHost,
  HOME: home,
});

const imagetools: Lane = {
  id: 'imagetools',
  name: 'buildx imagetools create',
  async start(move, _, { buildx, home }) {
    const argv = [buildx, 'imagetools', 'create', '--progress', 'quiet', '--tag', tagged(move), pinned(move)];
    return landed(move, startTool(argv, { HOME: home, BUILDX_CONFIG: `${home}/buildx` }));
  },
};

const craneArgv = (move: Move, way: WayId, program: string): string[] =>
  way === 'retag'
    ? [program, 'tag', '--insecure', pinned(move), move.tag]
    : [program, 'copy', '--insecure', pinned(move), tagged(move)];

const crane: Lane = {
  id: 'crane',
  name: 'crane tag, crane copy',
  start: async (move, way, { crane: program, home }) =>
    landed(move, startTool(craneArgv(move, way, program), { HOME: home })),
};

/** What a careful author would write: is the tag free, write it, does it stand for the digest. */
const checked = `set -e
! "$1" digest --insecure "$2" >/dev/null 2>&1
"\${@:4}"
test "$("$1" digest --insecure "$2")" = "$3"`;

const craneChecked: Lane = {
  id: 'crane-checked',
  name: 'crane in a script, tag checked before and after',
  start: async (move, way, { crane: program, home }) => {
    const argv = ['bash', '-c', checked, 'script', program, tagged(move), move.source.digest];
    return landed(move, startTool([...argv, ...craneArgv(move, way, program)], { HOME: home }));
  },
};

const landed = ({ tag }: Move, { pid, ended }: Started<Span>): Started<Landed> => ({
  pid,
  ended: ended.then((span) => ({ ...span, tag })),
});

export const lanes: readonly Lane[] = [ours, docker, imagetools, crane, craneChecked];
/** Those that can take a layer of a gigabyte which no engine unpacks. */
export const heavyLanes: readonly Lane[] = [ours, crane];
