/** The steps in which the secrets could be seen, one after the other on the same release. */
import { kubeconfigThrough } from '../../sandbox/fault-proxy/kubeconfig.ts';
import type { With } from '../../test/e2e/support/step.ts';
import { watchedJob } from './job.ts';
import type { Watched } from './job.ts';
import type { Setting } from './setting.ts';

export interface Play {
  readonly scene: string;
  /** A word that must have been said or asked, or the scene shows nothing. */
  readonly proof: (watched: Watched, setting: Setting) => boolean;
  readonly play: (setting: Setting) => Promise<Watched>;
}

const deploy = ({ env, inputs }: Setting, more: With = {}): Promise<Watched> => {
  const { values = {}, ...others } = more;
  const merged = { ...(inputs['values'] as object), ...(values as object) };
  return watchedJob('deploy-helm', { ...inputs, values: merged, ...others }, env);
};

const says =
  (...words: readonly string[]) =>
  ({ raw, reason, shown }: Watched): boolean => {
    const all = [raw, reason, ...Object.values(shown)].join('\n');
    return words.every((word) => all.includes(word));
  };

export const plays: readonly Play[] = [
  {
    scene: 'a deploy that goes well; GitHub quotes the token',
    play: (setting) => {
      const message = `bad credentials: ${setting.seeds['github-token']}`;
      setting.github.fail({ operation: '*', fault: { kind: 'status', status: 403, message }, times: 0 });
      return deploy(setting, { environment: 'production' });
    },
    proof: (watched) =>
      watched.result === 'success' && says('| password *** accepted', 'bad credentials: ***')(watched),
  },
  {
    scene: 'the app crashes, and says why',
    play: (setting) => deploy(setting, { values: { crash: true } }),
    proof: (watched) =>
      watched.result === 'failure' && says('cannot log in with ***', 'password=***')(watched),
  },
  {
    scene: 'the API refuses a Secret',
    play: (setting) => deploy(setting, { values: { broken: setting.seeds['values-broken'] } }),
    proof: (watched) => watched.result === 'failure' && says('Secret')(watched),
  },
  {
    scene: 'the schema refuses a value',
    play: (setting) => deploy(setting, { values: { digits: setting.seeds['values-schema'] } }),
    proof: (watched) => watched.result === 'failure' && says('/digits')(watched),
  },
  {
    scene: 'the registry quotes the pull secret',
    play: (setting) => {
      const images = `image=${setting.echo.host}/vault/app:v1@sha256:${'7'.repeat(64)}`;
      return deploy(setting, { images, values: { pullSecret: 'pull' }, timeout: '10s' });
    },
    proof: (_, { echo }) => echo.asked.some((url) => url.includes('/vault/app/manifests/')),
  },
  {
    scene: 'the chart repository quotes its password',
    play: (setting) => {
      const { echo, seeds } = setting;
      return deploy(setting, {
        chart: 'vault',
        repo: `http://${echo.host}/charts`,
        'chart-username': 'vault',
        'chart-password': seeds['chart-password'],
      });
    },
    proof: (_, { echo }) => echo.asked.some((url) => url.includes('/charts/index.yaml')),
  },
  {
    scene: 'the API quotes the token of the kubeconfig',
    play: (setting) => {
      const { place, proxy, seeds } = setting;
      refuseAll(proxy, seeds['kubeconfig-token']);
      const kubeconfig = kubeconfigThrough(proxy, place.namespace.name, { token: seeds['kubeconfig-token'] });
      return deploy(setting, { kubeconfig });
    },
    proof: says('who is'),
  },
  {
    scene: 'the API quotes server-token',
    play: (setting) => {
      const { proxy, seeds } = setting;
      refuseAll(proxy, seeds['server-token']);
      return deploy(setting, {
        kubeconfig: '',
        server: proxy.url,
        'server-ca': proxy.ca,
        'server-token': seeds['server-token'],
      });
    },
    proof: says('who is'),
  },
  {
    scene: 'the service quotes a header of a smoke check',
    play: ({ env, echo, seeds }) => {
      const authorization = `Bearer ${seeds['smoke-header']}`;
      const checks = [
        {
          name: 'body',
          http: `http://${echo.host}/health`,
          headers: { authorization },
          expect: { status: 200 },
        },
        {
          name: 'header',
          http: `http://${echo.host}/health`,
          headers: { authorization },
          expect: { status: 500, headers: { 'x-echo': 'ok' }, json: { '$.message': 'ok' } },
        },
      ];
      return watchedJob('smoke-test', { checks: JSON.stringify(checks), timeout: '2s' }, env);
    },
    proof: says('refused'),
  },
];

/** 403 with the token in it, as it is and as it is sent by some. */
function refuseAll(proxy: Setting['proxy'], token: string): void {
  proxy.heal();
  const encoded = Buffer.from(`bearer:${token}`).toString('base64');
  const message = `who is ${token}? (Basic ${encoded})`;
  proxy.fail({ path: '*', fault: { kind: 'status', status: 403, message }, times: 0 });
}
