import { expect, test } from '@jest/globals';
import { readExtraArgs } from '../../../lib/domain/helm/extra-args.ts';

test.each([
  [['--skip-schema-validation'], ['--skip-schema-validation']],
  [['--labels team=shop,tier=web'], ['--labels', 'team=shop,tier=web']],
  [['--labels=team=shop'], ['--labels=team=shop']],
  [
    ['-l a=b', '--no-hooks'],
    ['-l', 'a=b', '--no-hooks'],
  ],
  [
    ['--labels "a=b"', "--labels='c=d'"],
    ['--labels', 'a=b', '--labels=c=d'],
  ],
])('%j become arguments', (lines, args) => {
  expect(readExtraArgs(lines)).toEqual({ args, faults: [] });
});

test.each([
  ['--set a=b', '--set', /use values/],
  ['--set-string=a=b', '--set-string', /use values/],
  ['--values x.yaml', '--values', /values-files/],
  ['-f x.yaml', '-f', /values-files/],
  ['-fx.yaml', '-fx.yaml', /values-files/],
  ['--wait', '--wait', /timeout/],
  ['--wait=false', '--wait', /timeout/],
  ['--wait-for-jobs', '--wait-for-jobs', /timeout/],
  ['--atomic', '--atomic', /on-failure/],
  ['--rollback-on-failure', '--rollback-on-failure', /on-failure/],
  ['--kubeconfig=/x', '--kubeconfig', /kubeconfig/],
  ['--kube-context prod', '--kube-context', /context/],
  ['-n prod', '-n', /use namespace/],
  ['-nprod', '-nprod', /use namespace/],
  ['--post-renderer ./x', '--post-renderer', /shown/],
  ['--dry-run', '--dry-run', /dry-run/],
  ['--timeout 1m', '--timeout', /use timeout/],
  ['--force', '--force', /by hand/],
  ['-il', '-il', /always on/],
  ['-x', '-x', /long form/],
  ['shop', 'shop', /one flag/],
  ['--', '--', /one flag/],
])('%s is refused by name', (line, value, problem) => {
  expect(readExtraArgs([line])).toEqual({
    args: [],
    faults: [{ input: 'extra-args', value, problem: expect.stringMatching(problem) }],
  });
});

test('every fault is told at once', () => {
  expect(readExtraArgs(['--set a=b', '--no-hooks', '--wait']).faults).toHaveLength(2);
});
