import { expect, test } from '@jest/globals';
import type { ImageFacts } from '../../../lib/domain/tags/facts.ts';
import { factsFrom } from '../../../lib/domain/tags/facts.ts';
import { staysBecause } from '../../../lib/domain/tags/floating.ts';

const of = (version: string, created?: string): ImageFacts => ({
  version,
  ...(created === undefined ? {} : { created }),
});
const commit = (created: string): ImageFacts => ({ created });
const [monday, tuesday] = ['2026-11-23T10:00:00Z', '2026-11-24T10:00:00Z'];
const foreign: ImageFacts = {};

type Case = [
  tag: string,
  candidate: ImageFacts,
  current: ImageFacts | undefined,
  others: string[],
  why: string | undefined,
];

test.each<Case>([
  // releases: by version, whatever the dates say
  ['latest', of('1.4.2'), undefined, [], undefined],
  ['latest', of('1.4.2'), of('1.4.1'), [], undefined],
  ['latest', of('1.10.0'), of('1.9.0'), [], undefined],
  ['latest', of('1.3.9', tuesday), of('1.4.0', monday), [], 'it is at 1.4.0, and 1.3.9 is lower'],
  ['latest', of('1.4.2'), undefined, ['v1.5.0', '1.0.0'], '1.5.0 is there already'],
  ['latest', of('1.4.2'), of('1.4.1'), ['v1.5.0'], '1.5.0 is there already'],
  ['latest', of('1.5.0'), of('1.4.1'), ['v1.5.0', 'v1.4.1'], undefined],
  ['latest', of('1.4.2'), of('1.4.1'), ['v1.5.0-rc.1', 'sha-9.9.9', 'latest', '9'], undefined],
  ['latest', of('1.4.2'), of('1.4.1'), ['1.5.0_7'], '1.5.0 is there already'],
  ['latest', of('v1.4.2'), of('v1.4.1'), ['v1.4.2'], undefined],
  // pre-releases
  ['latest', of('1.5.0-rc.1'), of('1.4.0'), [], 'is a pre-release'],
  ['latest', of('1.5.0-rc.1'), undefined, [], 'is a pre-release'],
  ['1.5', of('1.5.0-rc.1'), undefined, [], 'is a pre-release'],
  // series: only their own versions hold them back
  ['1', of('1.4.2'), of('1.4.1'), ['2.0.0'], undefined],
  ['1', of('1.4.2'), of('1.4.1'), ['1.5.0'], '1.5.0 is there already'],
  ['1.4', of('1.4.2'), of('1.4.1'), ['1.5.0', '1.40.0'], undefined],
  ['1.4', of('1.4.1'), of('1.4.2'), [], 'it is at 1.4.2'],
  ['1.4', of('1.4.2'), of('2.0.0'), [], undefined],
  ['1', of('1.4.2'), foreign, [], undefined],
  // branches: by the date of the commit
  ['latest', commit(tuesday), commit(monday), ['v1.0.0'], undefined],
  ['latest', commit(monday), commit(tuesday), [], 'it is at a commit of 2026-11-24T10:00:00Z'],
  ['latest', commit(monday), commit(monday), [], undefined],
  ['latest', commit('2026-11-24T10:00:00+02:00'), commit('2026-11-24T09:00:00Z'), [], 'it is at a commit'],
  // a release and a branch's build: by date as well, else the release has it
  ['latest', of('1.4.2', monday), commit(tuesday), [], 'it is at a commit'],
  ['latest', of('1.4.2', tuesday), commit(monday), [], undefined],
  ['latest', of('1.4.2'), commit(tuesday), [], undefined],
  ['latest', commit(tuesday), of('1.4.2', monday), ['v1.4.2'], undefined],
  // what an environment has
  ['latest-prod', of('1.4.2'), of('1.4.1'), ['v1.5.0'], undefined],
  ['latest-prod', of('1.4.1'), of('1.4.2'), [], 'it is at 1.4.2'],
  ['latest-dev', of('1.5.0-dev.2', tuesday), of('1.5.0-dev.9', monday), [], undefined],
  ['latest-dev', of('1.5.0-dev.9', monday), of('1.5.0-dev.2', tuesday), [], 'it is at a commit'],
  // nothing to go by
  ['latest', foreign, undefined, [], undefined],
  ['latest', foreign, foreign, [], undefined],
  ['latest', commit(monday), foreign, [], undefined],
  ['latest', foreign, commit(monday), [], 'nothing says that this image is newer'],
  ['latest', foreign, of('1.0.0'), [], 'nothing says that this image is newer'],
  ['latest', commit('not a date'), commit(monday), [], 'nothing says that this image is newer'],
])('%s to %j from %j beside %j', (tag, candidate, current, others, why) => {
  const said = staysBecause(tag, candidate, current, others);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(why);
});

test('facts are read from labels, empty ones left out', () => {
  const labels = {
    'org.opencontainers.image.version': '1.4.2',
    'org.opencontainers.image.revision': ' ',
    'dev.slipway.source-hash': 'ab',
    maintainer: 'ada',
  };
  expect(factsFrom(labels)).toEqual({ version: '1.4.2', sourceHash: 'ab' });
});
