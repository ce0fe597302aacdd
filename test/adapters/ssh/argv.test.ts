import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { quoted, sshArgv } from '../../../lib/adapters/ssh/argv.ts';

const place = { host: 'db.example', port: 2222, user: 'ops', key: 'SECRET KEY', knownHosts: 'known' };
const files = { key: '/t/50%/key', knownHosts: '/t/known' };

test('another host: its key is checked, and no secret is an argument', () => {
  const argv = sshArgv(place, files, ['psql', '-c', "SELECT 'a b'"]);
  expect(argv.slice(-4)).toEqual(['-T', 'ops@db.example', '--', `psql -c 'SELECT '\\''a b'\\'''`]);
  expect(argv).toEqual(
    expect.arrayContaining(['StrictHostKeyChecking=yes', 'UserKnownHostsFile=/t/known', '2222']),
  );
  expect(argv.join(' ')).not.toContain('SECRET');
});

test('a host in between is behind the same known hosts', () => {
  const argv = sshArgv({ ...place, jump: { host: 'gate', port: 22, user: 'me' } }, files, ['true']);
  const proxy = argv.find((word) => word.startsWith('ProxyCommand=')) ?? '';
  expect(proxy).toContain("-W '[%h]:%p' me@gate");
  expect(proxy).toContain('StrictHostKeyChecking=yes');
  expect(proxy).toContain('-i /t/50%%/key');
});

test.each(['plain', '', "it's", '$(id) `id` "x" \\', 'a\nb', '--opt=a,b', '*', '~root', 'é'])(
  'a shell gives back what was quoted: %j',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${quoted(word)}`], { encoding: 'utf8' })).toBe(word);
  },
);
