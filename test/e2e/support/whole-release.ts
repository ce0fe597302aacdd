/** A whole release by the action `release`: a service, its database in a pod, a repository with the file and a migration. */
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OpenLoop } from '../../../sandbox/demo/load.ts';
import { databaseIn, databaseOf, databasePassword, databaseRole } from './database.ts';
import type { ShopDatabase } from './database.ts';
import { identityIn, minimalRole } from './identity.ts';
import type { Identity } from './identity.ts';
import { release, serviceImage } from './release.ts';
import type { Release } from './release.ts';
import { root, startStep } from './step.ts';
import type { Ending, Step, With } from './step.ts';

/** What the file says below `release`; what a test does not write is as in `usual`. */
export type Section = Readonly<Record<string, object | undefined>>;

export interface ReleaseOrder {
  /** Of the sample service. */
  readonly version: string;
  readonly section?: Section;
  /** Of the migration; `up` adds a column, `down` drops it. */
  readonly sql?: { readonly up?: string; readonly down?: string };
  readonly faults?: Readonly<Record<string, string>>;
  readonly with?: With;
}

export const sql = {
  up: 'ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text; UPDATE schema_migrations SET version = 2;',
  down: 'ALTER TABLE orders DROP COLUMN IF EXISTS note; UPDATE schema_migrations SET version = 1;',
  nothing: 'SELECT 1;',
};

/** psql beside the server, by the cluster that the step is given: what a team without a tool of its own would write. */
const migrateScript = (namespace: string): string => `#!/bin/sh
set -e
echo "migrating $1"
kubectl --namespace ${namespace} exec --stdin postgres-0 -- \\
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=shop --dbname=shop --file=- < "$1.sql"
echo "migrated $1"
`;

const githubToken = 'ghs_e2e0123456789abcdefghijklmnopqrstuv';

export class WholeRelease implements AsyncDisposable {
  readonly shop: Release;
  readonly postgres: ShopDatabase;
  readonly #identity: Identity;
  readonly #workspace: string;
  #runs = 2000;

  constructor(shop: Release, postgres: ShopDatabase, identity: Identity) {
    this.shop = shop;
    this.postgres = postgres;
    this.#identity = identity;
    this.#workspace = join(shop.folder, 'workspace');
  }

  /** A repository with the chart; nothing is released yet. */
  static async open(): Promise<WholeRelease> {
    const shop = await release();
    const rules = [...minimalRole('release'), ...databaseRole()];
    const [postgres, identity] = await Promise.all([
      databaseIn(shop.namespace),
      identityIn(shop.namespace, rules, 'releaser'),
    ]);
    await postgres.sql('CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)');
    await postgres.sql('INSERT INTO schema_migrations VALUES (1, false)');
    const opened = new WholeRelease(shop, postgres, identity);
    await mkdir(join(opened.#workspace, '.github'), { recursive: true });
    await cp(join(root, 'sandbox/charts/shop'), join(opened.#workspace, 'chart'), { recursive: true });
    await writeFile(join(opened.#workspace, 'migrate.sh'), migrateScript(shop.namespace.name));
    await chmod(join(opened.#workspace, 'migrate.sh'), 0o755);
    return opened;
  }

  /** The folder in which backups lie. */
  get backups(): string {
    return join(this.shop.folder, 'backups');
  }

  usual(): Section {
    return {
      deploy: { release: this.shop.name, chart: 'chart', timeout: '60s' },
      backup: { destination: `file:${this.backups}`, globals: false },
      migration: { command: './migrate.sh up', undo: 'automatic', 'undo-command': './migrate.sh down' },
      smoke: { identity: { url: '/version', via: 'service/shop:80', json: '$.version' }, timeout: '10s' },
    };
  }

  async start({
    version,
    section = {},
    sql: migration = {},
    faults = {},
    ...order
  }: ReleaseOrder): Promise<Step> {
    const { namespace } = this.shop;
    const file = {
      environments: { prod: { namespace: namespace.name } },
      release: { ...this.usual(), ...section },
    };
    await writeFile(join(this.#workspace, '.github/slipway.yml'), JSON.stringify(file));
    await writeFile(join(this.#workspace, 'up.sql'), migration.up ?? sql.up);
    await writeFile(join(this.#workspace, 'down.sql'), migration.down ?? sql.down);
    const { kubeconfig, token } = this.#identity;
    return startStep({
      action: 'release',
      inputs: {
        environment: 'prod',
        images: `image=${(await serviceImage(version)).pinned}`,
        values: { service: { type: 'NodePort' }, faults },
        identity: version,
        database: databaseOf(namespace),
        kubeconfig: Buffer.from(kubeconfig).toString('base64'),
        'github-token': githubToken,
        ...order.with,
      },
      env: {
        PATH: `${join(this.shop.folder, 'bin')}:${process.env['PATH']}`,
        HOME: this.shop.folder,
        GITHUB_WORKSPACE: this.#workspace,
        GITHUB_API_URL: this.shop.github.url,
        GITHUB_RUN_ID: String((this.#runs += 1)),
      },
      secrets: [token, kubeconfig, githubToken, databasePassword],
      commands: join(this.shop.folder, 'commands'),
    });
  }

  async release(order: ReleaseOrder): Promise<Ending> {
    return (await this.start(order)).ended;
  }

  /** What is true some minutes after a run was killed: nobody has renewed the lock, and GitHub says that its job is over. */
  async minutesLater(): Promise<void> {
    const over = { status: 'completed', conclusion: 'failure' } as const;
    this.shop.github.plant({
      repositories: [
        {
          name: 'octo/shop',
          runs: [{ id: this.#runs, ...over, jobs: [{ id: 7001, name: 'release', ...over }] }],
        },
      ],
    });
    if ((await this.shop.lease()) === undefined) return;
    const renewTime = new Date(Date.now() - 600_000).toISOString().replace('Z', '000Z');
    await this.shop.namespace.patch('coordination.k8s.io/v1 Lease', 'slipway-shop', { spec: { renewTime } });
  }

  /** 100 requests a second, whatever the service does, from its first answer until it is stopped. */
  async load(): Promise<OpenLoop & AsyncDisposable> {
    const loop = await OpenLoop.onceAnswered({ url: await this.#url(), perSecond: 100 });
    return Object.assign(loop, { [Symbol.asyncDispose]: async () => void (await loop.stop()) });
  }

  /** The version that answers. */
  async runs(): Promise<string> {
    const answer = (await (await fetch(await this.#url())).json()) as { readonly version: string };
    return answer.version;
  }

  async #url(): Promise<string> {
    const service = await this.shop.namespace.get('v1 Service', this.shop.name);
    const { ports = [] } = (service?.spec ?? {}) as { readonly ports?: { readonly nodePort: number }[] };
    return `http://127.0.0.1:${ports[0]?.nodePort}/version`;
  }

  /** Fails unless the database is as a version left it. */
  async expectSchema(version: 1 | 2): Promise<void> {
    const has = version === 2 ? '' : 'NOT ';
    await this.postgres.sql(`DO $$ BEGIN
      IF (SELECT version FROM schema_migrations) <> ${version} THEN RAISE 'not at version ${version}'; END IF;
      IF ${has}EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note')
      THEN NULL; ELSE RAISE 'orders is not as of version ${version}'; END IF;
    END $$`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shop[Symbol.asyncDispose]();
  }
}
