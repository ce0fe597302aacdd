import { kubectlForwards } from '../../lib/adapters/forwards/kubectl.ts';
import { httpProbes } from '../../lib/adapters/probes/client.ts';
import { registryClient } from '../../lib/adapters/registry/client.ts';
import { connectCluster } from '../../lib/adapters/release/connect.ts';
import { reportFiles } from '../../lib/adapters/reports/files.ts';
import { secretsOf } from '../../lib/domain/checks/needs.ts';
import { kubeconfigAt } from '../../lib/domain/cluster.ts';
import { proxyOf, read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { schemaSource } from '../../lib/wiring/schema-source.ts';
import { clusterSurroundings, githubFor } from '../../lib/wiring/step.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

export async function wireSmokeTest(context: Context, inputs: Inputs): Promise<Ports> {
  const { env, clock, spawn, log, temp, signal, actor } = context;
  for (const secret of secretsOf(inputs.checks, inputs.identity)) log.mask(secret);
  const cluster =
    inputs.cluster === undefined
      ? undefined
      : await connectCluster(inputs.cluster, clusterSurroundings('smoke-test', context));
  return {
    ...(cluster === undefined
      ? {}
      : { kube: cluster.kube, records: cluster.records, schemas: cluster.schemas }),
    ...schemaSource(inputs.database, context, cluster?.access),
    probes: httpProbes({ proxy: proxyOf(env) }),
    forwards: kubectlForwards({ spawn, ...kubeconfigAt(cluster?.access ?? { kind: 'in-cluster' }) }),
    registry: registryClient({ proxy: proxyOf(env), clock }),
    reports: reportFiles(),
    github: githubFor(context).deployments,
    files: temp,
    workspace: read(env, 'GITHUB_WORKSPACE'),
    spawn,
    clock,
    log,
    signal,
    actor,
  };
}
