/**
 * Two runs want the same immutable tag. Registries have no compare-and-swap, so every order in which the two can reach
 * the registry is played, with the real tagging step on a registry in memory: what can go wrong, and who sees it.
 */
import { describe, expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { StoredManifest } from '../../../lib/ports/registry-store.ts';
import { settleTime, tagImages } from '../../../lib/steps/tag-images.ts';
import { MemoryRegistry, pushImage } from '../../support/memory-registry.ts';

const place = { registry: 'r.test', repository: 'shop' };
const tag = 'v1.4.2';
/** Between two requests that reach the registry: the shortest wait is two of them. */
const tickMs = 25;

/** One request that has reached the registry: which run's, what, and when, in ticks. */
interface Event {
  readonly run: number;
  readonly verb: 'HEAD' | 'PUT';
  readonly at: number;
}

interface Ending {
  /** What the run says that the tag stands for; undefined where it ended in an error. */
  readonly claims?: string;
  readonly error?: unknown;
  readonly window: number;
}

interface Story {
  readonly events: readonly Event[];
  readonly endings: readonly Ending[];
  /** What the tag stands for in the end. */
  readonly stands: string | undefined;
}

/** A move that is possible now: a request that waits to be carried out, or a tick that passes while somebody waits. */
type Move = number | 'time passes';

interface Play {
  readonly sameSource: boolean;
  /** Whether the step's wait before it reads back is kept. */
  readonly waits: boolean;
}

/** Plays one order: `chosen` picks among the moves, and the first is taken beyond its end. */
async function play(
  { sameSource, waits }: Play,
  chosen: readonly number[],
): Promise<Story & { options: number[] }> {
  const registry = new MemoryRegistry();
  const images: StoredManifest[] = [];
  for (const run of [0, 1]) {
    const label = { 'dev.slipway.source-hash': sameSource ? 'one' : `source ${run}` };
    images.push(await pushImage(registry, place, [`layer of ${run}`], label));
  }
  let tick = 0;
  const events: Event[] = [];
  const requests = new Map<number, { verb: Event['verb']; go: () => void }>();
  const sleepers = new Map<number, { until: number; go: () => void }>();
  const endings: Ending[] = [];

  const starts = images.map(async (manifest, run) => {
    const clock = {
      now: () => tick * tickMs,
      sleep: async (ms: number) => {
        if (!waits) return;
        const until = tick + Math.ceil(ms / tickMs);
        await new Promise<void>((go) => sleepers.set(run, { until, go }));
      },
    };
    // Each run speaks to the registry through a door of its own, at which it is kept waiting.
    const door = new Proxy(registry, {
      get: (target, name: keyof MemoryRegistry) => {
        const method = target[name] as unknown as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          if (name === 'head' || name === 'putManifest')
            await new Promise<void>((go) =>
              requests.set(run, { verb: name === 'head' ? 'HEAD' : 'PUT', go }),
            );
          return method.apply(target, args);
        };
      },
    });
    try {
      const pass = await tagImages(
        {
          repositories: [place],
          tags: [{ tag, rule: 'immutable' }],
          image: { digest: manifest.digest, facts: { sourceHash: sameSource ? 'one' : `source ${run}` } },
          manifest,
        },
        { registry: door, clock },
      );
      endings[run] =
        pass.kind === 'reuse'
          ? { claims: pass.digest, window: 0 }
          : { claims: manifest.digest, window: pass.window };
    } catch (error) {
      endings[run] = { error, window: 0 };
    }
  });

  const options: number[] = [];
  for (;;) {
    await quiet();
    const moves: Move[] = [...requests.keys()].sort((a, b) => a - b);
    if (sleepers.size > 0) moves.push('time passes');
    if (moves.length === 0) break;
    const move = moves[chosen[options.length] ?? 0] ?? 'time passes';
    options.push(moves.length);
    tick += 1;
    if (move !== 'time passes') {
      const { verb, go } = requests.get(move) ?? never();
      requests.delete(move);
      events.push({ run: move, verb, at: tick });
      go();
    }
    for (const [run, { until, go }] of sleepers) {
      if (until > tick) continue;
      sleepers.delete(run);
      go();
    }
  }
  await Promise.all(starts);
  return { events, endings, stands: registry.at(place.registry, place.repository, tag), options };
}

/** Until both runs wait for something: their promises are done in less than so many turns of the queue. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

/** Every order there is, by playing again with the last choice that has another way. */
async function everyStory(setting: Play): Promise<Story[]> {
  const stories: Story[] = [];
  for (let chosen: number[] | undefined = []; chosen !== undefined;) {
    const story: Story & { options: number[] } = await play(setting, chosen);
    stories.push(story);
    chosen = nextChoice(chosen, story.options);
  }
  return stories;
}

function nextChoice(chosen: readonly number[], options: readonly number[]): number[] | undefined {
  const full = options.map((_, index) => chosen[index] ?? 0);
  const last = full.findLastIndex((choice, index) => choice + 1 < (options[index] ?? 0));
  return last === -1 ? undefined : [...full.slice(0, last), (full[last] ?? 0) + 1];
}

/** A run is content, and the tag stands for something else. */
const isWrong = ({ endings, stands }: Story): boolean =>
  endings.some(({ claims }) => claims !== undefined && claims !== stands);

const isSeen = ({ endings }: Story): boolean => endings.some(({ error }) => error !== undefined);

/** The last check before a run's write, and the write; undefined for a run that did not write. */
function windowOf({ events }: Story, run: number): { check: number; write: number } | undefined {
  const own = events.filter((event) => event.run === run);
  const write = own.findIndex(({ verb }) => verb === 'PUT');
  const [check, put] = [own[write - 1], own[write]];
  return check === undefined || put === undefined ? undefined : { check: check.at, write: put.at };
}

/** The other's write fell between our last check and our write: what the documentation calls the window. */
function overwrites(story: Story, run: number): boolean {
  const [own, other] = [windowOf(story, run), windowOf(story, 1 - run)];
  return own !== undefined && other !== undefined && own.check < other.write && other.write < own.write;
}

const unseenOf = (stories: readonly Story[]): Story[] =>
  stories.filter((story) => isWrong(story) && !isSeen(story));

const overwriterOf = (story: Story): number => (overwrites(story, 0) ? 0 : 1);

/** The run that overwrote took longer from its check to its write than the other waits before it reads back. */
function isWider(story: Story): boolean {
  const run = overwriterOf(story);
  return (story.endings[run]?.window ?? 0) > settleTime(story.endings[1 - run]?.window ?? Infinity);
}

const lastHead = ({ events }: Story, run: number): number =>
  events.filter((event) => event.run === run).at(-1)?.at ?? never();

function never(): never {
  throw new Error('cannot be');
}

describe.each([
  ['two sources', false],
  ['one source, built twice', true],
])('%s', (_, sameSource) => {
  test('the tag changes hands in the window between check and write, and nowhere else', async () => {
    const stories = await everyStory({ sameSource, waits: false });

    const moved = stories.filter((story) => story.events.filter(({ verb }) => verb === 'PUT').length === 2);
    expect(stories.length).toBeGreaterThan(50);
    expect(moved.length).toBeGreaterThan(0);
    for (const story of moved) expect([0, 1].some((run) => overwrites(story, run))).toBe(true);
    for (const story of stories.filter(isWrong)) expect(moved).toContain(story);
  });

  test('who was overwritten sees it, unless it had read back before', async () => {
    const stories = await everyStory({ sameSource, waits: false });

    // Reading back at once is not enough, which is why the step waits.
    expect(unseenOf(stories).length).toBeGreaterThan(0);
    for (const story of unseenOf(stories)) {
      const run = overwriterOf(story);
      expect(windowOf(story, run)?.write).toBeGreaterThan(lastHead(story, 1 - run));
    }
  });

  test('having waited, it sees every run whose window is no wider than that', async () => {
    const stories = await everyStory({ sameSource, waits: true });
    const atOnce = await everyStory({ sameSource, waits: false });

    expect(unseenOf(stories).length).toBeGreaterThan(0);
    expect(unseenOf(stories).filter((story) => !isWider(story))).toEqual([]);
    // And it is the wait that does it.
    expect(unseenOf(atOnce).filter((story) => !isWider(story))).not.toEqual([]);
  });

  test('one after the other: the second finds it there', async () => {
    const { endings, stands } = await play({ sameSource, waits: true }, []);

    expect(endings[0]?.claims).toBe(stands);
    if (sameSource) expect(endings[1]?.claims).toBe(stands);
    else expect(endings[1]?.error).toBeInstanceOf(TargetError);
  });

  test('an error names both digests', async () => {
    const stories = await everyStory({ sameSource, waits: true });

    for (const { endings, stands } of stories)
      for (const { error } of endings) {
        if (error === undefined) continue;
        expect(error).toBeInstanceOf(TargetError);
        expect(JSON.stringify((error as TargetError).details)).toContain(stands);
      }
  });
});
