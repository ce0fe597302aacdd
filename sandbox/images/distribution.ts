import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureTools } from '../tools.ts';
import { startPart } from './part.ts';
import type { Part } from './part.ts';
import type { TokenServer } from './token-server.ts';

export interface Registry extends Part {
  /** `127.0.0.1:40001`, plain HTTP; what image names begin with. */
  address: string;
}

export interface DistributionOrder {
  /** Names and passwords; then it wants Basic authentication for everything. */
  users?: Readonly<Record<string, string>>;
  /** Then it wants a bearer token of this server, with the scopes of the Docker token specification. */
  tokenServer?: TokenServer;
  /** Whether manifests and blobs can be deleted; not unless told, as registries come. */
  deletes?: boolean;
  /** Where it keeps what is pushed, if that must outlive it. */
  directory?: string;
}

/** Starts a registry of the distribution project, version 3: no referrers API, so signatures lie under fallback tags. */
export async function startDistribution(order: DistributionOrder = {}): Promise<Registry> {
  const { registry } = await ensureTools(['registry']);
  const part = await startPart({
    name: 'distribution',
    async prepare(directory) {
      const config = join(directory, 'config.json');
      await writeFile(config, JSON.stringify(await configuration(order, directory)), { mode: 0o600 });
      return { program: registry, args: ['serve', config], env: { OTEL_TRACES_EXPORTER: 'none' } };
    },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
  return { ...part, address: part.said[1] ?? '' };
}

async function configuration(
  { users, tokenServer, deletes = false, directory }: DistributionOrder,
  own: string,
): Promise<object> {
  const auth = users ? await basic(users, own) : tokenServer && (await token(tokenServer, own));
  return {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: {
      filesystem: { rootdirectory: directory ?? join(own, 'data') },
      delete: { enabled: deletes },
    },
    http: { addr: '127.0.0.1:0', secret: 'only-one-instance' },
    ...(auth && { auth }),
  };
}

async function basic(users: Readonly<Record<string, string>>, own: string): Promise<object> {
  const path = join(own, 'htpasswd');
  const { bcrypt } = await ensureTools(['bcrypt']);
  const lines = Object.entries(users).map(
    async ([name, password]) => `${name}:${await hash(bcrypt, password)}`,
  );
  await writeFile(path, (await Promise.all(lines)).join(''), { mode: 0o600 });
  return { htpasswd: { realm: 'slipway', path } };
}

/** As a line of its own. */
const hash = (bcrypt: string, password: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(bcrypt, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    child.stdin?.end(password);
  });

async function token({ realm, issuer, service, certificate }: TokenServer, own: string): Promise<object> {
  const rootcertbundle = join(own, 'token-certificate.pem');
  await writeFile(rootcertbundle, certificate);
  return { token: { realm, issuer, service, rootcertbundle, signingalgorithms: ['ES256'] } };
}
