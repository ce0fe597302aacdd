import { expect, test } from '@jest/globals';
import * as argv from '../../../lib/adapters/git/argv.ts';

const always = ['git', '-C', '/w', '-c', 'safe.directory=/w', '-c', 'core.fsmonitor=false'];

test.each([
  [
    argv.commitArgv('/w', '-x'),
    ['log', '-1', '--no-show-signature', '--format=%H %ct', '--end-of-options', '-x^{commit}', '--'],
  ],
  [argv.shallowArgv('/w'), ['rev-parse', '--is-shallow-repository']],
  [argv.mergeBaseArgv('/w', 'a', 'b'), ['merge-base', '--end-of-options', 'a', 'b']],
  [
    argv.changedFilesArgv('/w', 'a', 'b'),
    ['diff-tree', '-r', '-z', '--name-only', '--end-of-options', 'a', 'b'],
  ],
  [argv.tagsArgv('/w', 'a'), ['tag', '--list', '--merged=a']],
])('%j', (given, args) => {
  expect(given).toEqual([...always, ...args]);
});
