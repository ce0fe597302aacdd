/** The least that each action can be given: what its defaults are compared on. A new action adds a line. */
export const minimalInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'deploy-helm': {
    release: 'shop',
    namespace: 'shop',
    chart: 'charts/shop',
    server: 'https://127.0.0.1:6443',
    'server-token': 'token',
  },
  rollback: {
    release: 'shop',
    namespace: 'shop',
    server: 'https://127.0.0.1:6443',
    'server-token': 'token',
  },
  'smoke-test': { url: 'https://shop.example.com/' },
};
