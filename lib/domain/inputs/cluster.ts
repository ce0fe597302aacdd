import type { ClusterAccess } from '../cluster.ts';
import { readKubeconfig } from '../kubeconfig.ts';
import type { InputReader } from './reader.ts';

/** The inputs that every Kubernetes action has. */
export const clusterInputNames = ['kubeconfig', 'server', 'server-ca', 'server-token', 'context'] as const;

/**
 * Reads which cluster is meant: `kubeconfig`, or `server` with its token, else the runner's KUBECONFIG, else
 * the pod's own service account. More than one, or none, is a fault.
 */
export function readCluster(
  reader: InputReader,
  env: Readonly<Record<string, string | undefined>>,
): ClusterAccess {
  reader.exclusive(
    ['kubeconfig', 'server'],
    'name the cluster once: a kubeconfig, or server with server-token',
  );
  const context = reader.text('context');
  const named = context === '' ? {} : { context };

  if (reader.has('server')) return readServer(reader);
  for (const name of ['server-ca', 'server-token'].filter((name) => reader.has(name))) {
    reader.fault({ input: name, problem: 'belongs to server, which is empty' });
  }
  if (reader.has('kubeconfig')) {
    const read = readKubeconfig(reader.text('kubeconfig'), context);
    if (read.kind === 'fault') reader.fault({ input: read.about, problem: read.problem });
    return { kind: 'kubeconfig', text: read.kind === 'fault' ? '' : read.text, ...named };
  }
  if (env['KUBECONFIG']) return { kind: 'file', path: env['KUBECONFIG'], ...named };
  if (!env['KUBERNETES_SERVICE_HOST']) {
    reader.fault({
      input: 'kubeconfig',
      value: 'empty',
      problem: 'which cluster? give kubeconfig, or server and server-token, or set KUBECONFIG',
    });
  }
  return { kind: 'in-cluster' };
}

function readServer(reader: InputReader): ClusterAccess {
  const server = reader.text('server');
  if (!URL.canParse(server) || !server.startsWith('https://')) {
    reader.fault({ input: 'server', value: JSON.stringify(server), problem: 'must be an https:// URL' });
  }
  if (reader.has('context'))
    reader.fault({ input: 'context', problem: 'belongs to a kubeconfig; leave it out with server' });
  const given = reader.text('server-ca');
  const ca =
    given === '' || given.startsWith('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
  if (ca !== '' && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    reader.fault({ input: 'server-ca', problem: 'must be a PEM certificate, as text or base64' });
  }
  return { kind: 'token', server, token: reader.required('server-token'), ...(ca === '' ? {} : { ca }) };
}
