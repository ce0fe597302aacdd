import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { pushImage, repository, storeOf } from '../registry/stored.ts';
import { home } from './home.ts';

const run = promisify(execFile);

/** What docker's own library and Helm's make of the folder. */
test('crane and helm log in by the private config, past a store that knows better', async () => {
  const { crane, helm4 } = await ensureTools(['crane', 'helm4']);
  await using registry = await startDistribution({ users: { ada: 'secret' } });
  await using place = await home({ auths: { [registry.address]: {} }, credsStore: 'fake' });
  await place.helper('fake', `echo '{"Username":"ada","Secret":"wrong"}'`);
  const { path, loginFor } = await place.open({
    logins: [{ kind: 'password', registry: registry.address, username: 'ada', password: 'secret' }],
  });
  const { manifest } = await pushImage(storeOf({ loginFor }), repository(registry.address), 'v1');
  const env = { PATH: `${place.user}/../bin:/usr/bin:/bin`, HOME: place.within, DOCKER_CONFIG: path };

  const seen = await run(crane, ['digest', '--insecure', `${registry.address}/team/app:v1`], { env });

  expect(seen.stdout.trim()).toBe(manifest.digest);
  const pulled = run(
    helm4,
    ['pull', `oci://${registry.address}/team/app`, '--version', '1.0.0', '--plain-http'],
    { env },
  );
  // It is let in: what it does not find is the chart.
  await expect(pulled).rejects.toThrow(/not found/);
  await expect(pulled).rejects.not.toThrow(/401|unauthorized/i);
}, 600_000);
