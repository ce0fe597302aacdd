import { expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { kubeconfigOf, kubeconfigOfPod } from '../../../lib/domain/cluster.ts';
import type { ConfigurationError } from '../../../lib/domain/errors.ts';
import { clusterInputNames, readCluster } from '../../../lib/domain/inputs/cluster.ts';
import { InputReader } from '../../../lib/domain/inputs/reader.ts';
import { readKubeconfig } from '../../../lib/domain/kubeconfig.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'c' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1' } }],
});

const read = (given: Record<string, string>, env: Record<string, string> = {}) => {
  const reader = new InputReader(given, { known: clusterInputNames });
  const access = readCluster(reader, env);
  try {
    return { access: reader.finish(access) };
  } catch (error) {
    return {
      faults: (error as ConfigurationError).faults.map(({ input, problem }) => `${input}: ${problem}`),
    };
  }
};

const server = { server: 'https://10.0.0.1:6443', 'server-token': 'a-token' };

test.each([
  ['a kubeconfig', { kubeconfig }, {}, { kind: 'kubeconfig', text: kubeconfig }],
  ['one in base64', { kubeconfig: base64(kubeconfig) }, {}, { kind: 'kubeconfig', text: kubeconfig }],
  [
    'and its context',
    { kubeconfig, context: 'prod' },
    {},
    { kind: 'kubeconfig', text: kubeconfig, context: 'prod' },
  ],
  ['a server with its token', server, {}, { kind: 'token', server: server.server, token: 'a-token' }],
  [
    'and its authority',
    { ...server, 'server-ca': pem },
    {},
    { kind: 'token', server: server.server, token: 'a-token', ca: pem },
  ],
  [
    'in base64',
    { ...server, 'server-ca': base64(pem) },
    {},
    { kind: 'token', server: server.server, token: 'a-token', ca: pem },
  ],
  ['KUBECONFIG', {}, { KUBECONFIG: '/a:/b' }, { kind: 'file', path: '/a:/b' }],
  [
    'KUBECONFIG and a context',
    { context: 'prod' },
    { KUBECONFIG: '/a' },
    { kind: 'file', path: '/a', context: 'prod' },
  ],
  [
    'KUBECONFIG rather than the pod',
    {},
    { KUBECONFIG: '/a', KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    { kind: 'file', path: '/a' },
  ],
  ['the pod', {}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, { kind: 'in-cluster' }],
  [
    'a server, whatever lies around',
    server,
    { KUBECONFIG: '/a' },
    { kind: 'token', server: server.server, token: 'a-token' },
  ],
])('%s names the cluster', (_, given, env, access) => {
  expect(read(given, env)).toEqual({ access });
});

test.each([
  ['a server without a token', { server: server.server }, 'server-token: is required'],
  ['plain http', { ...server, server: 'http://10.0.0.1' }, 'server: must be an https:// URL'],
  [
    'an authority that is none',
    { ...server, 'server-ca': 'bm8=' },
    'server-ca: must be a PEM certificate, as text or base64',
  ],
  [
    'a context beside a server',
    { ...server, context: 'prod' },
    'context: belongs to a kubeconfig; leave it out with server',
  ],
  [
    'a token beside a kubeconfig',
    { kubeconfig, 'server-token': 't' },
    'server-token: belongs to server, which is empty',
  ],
  ['an authority alone', { kubeconfig, 'server-ca': pem }, 'server-ca: belongs to server, which is empty'],
])('%s is a fault', (_, given, fault) => {
  expect(read(given).faults).toEqual([fault]);
});

test('tools get a file that we read ourselves as the same cluster', () => {
  const access = { kind: 'token', server: server.server, token: 'a-token', ca: pem } as const;
  expect(readKubeconfig(kubeconfigOf(access))).toMatchObject({
    target: {
      cluster: { server: server.server, 'certificate-authority-data': base64(pem) },
      user: { token: 'a-token' },
    },
  });
  expect(load(kubeconfigOfPod('https://10.0.0.1:443/', '/account'))).toMatchObject({
    clusters: [{ cluster: { 'certificate-authority': '/account/ca.crt', server: 'https://10.0.0.1:443/' } }],
    users: [{ user: { tokenFile: '/account/token' } }],
  });
});
