import { expect, test } from '@jest/globals';
import { stepLog } from '../../lib/runtime/log.ts';
import { Masks } from '../../lib/runtime/masking.ts';

function logTo(debugOn = false) {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const masks = new Masks(write, () => undefined);
  return { log: stepLog(write, masks, debugOn), text: () => written.join('') };
}

test('a line of ours is never a command, whatever name it quotes', () => {
  const { log, text } = logTo();
  log.info('pod web\n::add-mask::x\n  ::stop-commands::y\n##[error]z :: fine');
  expect(text()).toBe('pod web\n: :add-mask::x\n  : :stop-commands::y\n# #[error]z :: fine\n');
});

test('tool output with commands in it is printed with commands off, by a token nobody can guess', () => {
  const { log, text } = logTo();
  log.untrusted(['hello', '::set-output name=x::y']);
  log.untrusted(['::error::again']);
  const [first, second] = [...text().matchAll(/^::stop-commands::(.{20,})\n([\s\S]*?)\n::\1::$/gm)];
  expect([first?.[2], second?.[2]]).toEqual(['hello\n::set-output name=x::y', '::error::again']);
  expect(first?.[1]).not.toBe(second?.[1]);
});

test('harmless tool output is printed as it is', () => {
  const { log, text } = logTo();
  log.untrusted(['a: b::c', 'x']);
  log.untrusted([]);
  expect(text()).toBe('a: b::c\nx\n');
});

test('groups fold once: the runner knows no nesting', async () => {
  const { log, text } = logTo();
  await log.group('outer', async () => log.group('inner', async () => log.info('x')));
  await expect(log.group('bad', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(text()).toBe('::group::outer\ninner\nx\n::endgroup::\n::group::bad\n::endgroup::\n');
});

test('annotations: on one line, with a title, at most ten of a kind and 4096 characters', () => {
  const { log, text } = logTo();
  log.annotate('error', 'one\ntwo 100%', 'deploy-helm: failure, really');
  expect(text()).toBe('::error title=deploy-helm%3A failure%2C really::one%0Atwo 100%25\n');
  for (let i = 1; i <= 12; i++) log.warn(`w${i} ${'x'.repeat(5_000)}`);
  const warnings = text()
    .split('\n')
    .filter((line) => line.startsWith('::warning::'));
  expect(warnings).toHaveLength(10);
  expect(warnings[0]).toHaveLength('::warning::'.length + 4_096);
  expect(text()).toContain('\nwarning: w11 ');
});

test('debug only when it is on', () => {
  const [off, on] = [logTo(), logTo(true)];
  off.log.debug('x');
  on.log.debug('x');
  expect([off.text(), on.text()]).toEqual(['', '::debug::x\n']);
});

test('no way of saying something lets a secret out', async () => {
  const { log, text } = logTo(true);
  log.mask('hunter22');
  const before = text();
  log.info('hunter22');
  log.warn('hunter22');
  log.debug('hunter22');
  log.untrusted(['hunter22 ::']);
  log.annotate('error', 'hunter22', 'hunter22');
  await log.group('hunter22', async () => undefined);
  expect(before).toBe('::add-mask::hunter22\n');
  expect(text().slice(before.length)).not.toContain('hunter22');
});
