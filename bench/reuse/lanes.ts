/** Who makes an image of the source once more. */
import type { Buildkit } from '../../sandbox/images/buildkit.ts';
import { startBuildkit } from '../../sandbox/images/buildkit.ts';
import { startJob } from '../../test/support/runner.ts';
import { startTool } from '../kit/run-tool.ts';
import type { Span } from '../kit/run-tool.ts';
import { startStep } from '../kit/step.ts';
import type { Setting } from './setting.ts';

export interface Lane {
  readonly id: 'ours' | 'warm' | 'cached' | 'cold';
  readonly name: string;
  /** `image` is without a tag; `round` is negative in the round that others find something of. */
  readonly make: (image: string, round: number, setting: Setting) => Promise<Made>;
}

export interface Made extends Span {
  /** The tag that stands for it now. */
  readonly tag: string;
}

const ours: Lane = {
  id: 'ours',
  name: 'build-push, reuse: same-source',
  async make(image, round, { entry, home, path, context, warm }) {
    const env = { PATH: path, HOME: home, GITHUB_WORKSPACE: context, BUILDKIT_HOST: warm.address };
    await using job = await startJob(env);
    const inputs = { images: image, tags: 'latest-dev', reuse: 'same-source' };
    const { ended } = await startStep({ name: 'build-push', entry }, job, inputs);
    const { step, ...span } = await ended;
    const { built = '', tag = '' } = step.outputs;
    if (round >= 0 && built !== 'reused') throw new Error(`it was not reused but ${built}:\n${step.shown}`);
    const post = await step.post();
    if (post.exit !== 0) throw new Error(`post ended with ${post.exit}:\n${post.shown}`);
    return { ...span, tag };
  },
};

const warm: Lane = {
  id: 'warm',
  name: 'buildx build --push, all layers cached',
  make: (image, _, setting) => plainBuild(image, setting.warm, setting),
};

/** What a careful author has: every layer in the registry, and written there again for the next run. */
const cached: Lane = {
  id: 'cached',
  name: 'buildx build --push, new builder, cache in the registry',
  async make(image, _, setting) {
    await using fresh = await startBuildkit();
    const ref = `${image}:cache`;
    const cache = [`--cache-from=type=registry,ref=${ref}`, `--cache-to=type=registry,ref=${ref},mode=max`];
    return await plainBuild(image, fresh, setting, cache);
  },
};

const cold: Lane = {
  id: 'cold',
  name: 'buildx build --push, new builder, no cache',
  async make(image, _, setting) {
    await using fresh = await startBuildkit();
    return await plainBuild(image, fresh, setting);
  },
};

async function plainBuild(
  image: string,
  { environment }: Buildkit,
  { buildx, context, home }: Setting,
  more: readonly string[] = [],
): Promise<Made> {
  const tag = 'latest';
  const flags = ['--push', '--provenance=false', '--progress=plain', '--tag', `${image}:${tag}`, ...more];
  const span = await startTool([buildx, 'build', ...flags, context], { ...environment, HOME: home }).ended;
  return { ...span, tag };
}

export const lanes: readonly Lane[] = [ours, warm, cached, cold];
