import { expect, test } from '@jest/globals';
import { localConnection } from '../../../lib/adapters/mysql/connection.ts';
import type { Files } from '../../../lib/ports/files.ts';

test('two servers on the same port are never entered by one option file', async () => {
  const written = new Map<string, string>();
  const files: Files = {
    async writePrivate(name, text) {
      written.set(name, text);
      return name;
    },
    keep: (name) => name,
    read: async (path) => written.get(path),
  };
  const to = (host: string) =>
    localConnection(
      {
        engine: 'mariadb',
        database: 'shop',
        user: 'app',
        place: { kind: 'url', host, port: 3306, sslMode: 'prefer' },
      },
      { kind: 'url', host, port: 3306, sslMode: 'prefer' },
      files,
    );
  // The live server, and the one that is given to prove backups in: the files stay as long as the step.
  const [live, proof] = [to('live.test'), to('proof.test')];
  const entered = async (connection: typeof live): Promise<string> =>
    String(await files.read((await connection.access('mariadb'))[0]?.replace('--defaults-file=', '') ?? ''));
  await entered(live);
  await entered(proof);
  expect(await entered(live)).toContain('host="live.test"');
  expect(await entered(proof)).toContain('host="proof.test"');
});
