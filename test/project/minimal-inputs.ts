/** The least that each action can be given: what its defaults are compared on. A new action adds a line. */
export const minimalInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'backup-db': {
    engine: 'postgresql',
    url: 'postgresql://app@db.example.com/shop',
    destination: 'file:/var/backups',
  },
  'approval-gate': { mode: 'verify', environment: 'production', proposal: 'none' },
  'build-push': { images: 'ghcr.io/octo/shop' },
  'deploy-helm': {
    release: 'shop',
    namespace: 'shop',
    chart: 'charts/shop',
    server: 'https://127.0.0.1:6443',
    'server-token': 'token',
  },
  'plan-release': {},
  'restore-db': { mode: 'drill', engine: 'postgresql', database: 'shop', destination: 'file:backups' },
  rollback: {
    release: 'shop',
    namespace: 'shop',
    server: 'https://127.0.0.1:6443',
    'server-token': 'token',
  },
  'smoke-test': { url: 'https://shop.example.com/' },
  'publish-chart': { chart: 'charts/shop', destination: 'oci://ghcr.io/octo/charts' },
  release: { environment: 'prod' },
  promote: { source: 'ghcr.io/octo/shop:1', tags: 'prod' },
};
