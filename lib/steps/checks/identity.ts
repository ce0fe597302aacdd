import { judgeIdentity } from '../../domain/checks/judge-identity.ts';
import type { HttpRequest, Identity, Miss } from '../../domain/checks/types.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { knownType } from '../../domain/resource-types.ts';
import { isPodReady, isWanted } from '../../domain/workloads/pods.ts';
import { routed, told } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import type { CheckPorts } from './ports.ts';

const pod = knownType('v1', 'Pod');

/** Asks every place that can be addressed who it is; all of them must be the new one. */
export async function askWhoAnswers(
  identity: Identity,
  timeout: Milliseconds,
  ports: CheckPorts,
): Promise<Attempt> {
  return told('identity', async () => {
    const places = await placesOf(identity, ports);
    if (places.length === 0) return { miss: { reason: `no ready pod of ${identity.pods?.selector}` } };
    const options = { timeout, ...(ports.signal === undefined ? {} : { signal: ports.signal }) };
    const answers = await Promise.all(
      places.map(({ name, request }) =>
        told(name, async () => {
          const miss = judgeIdentity(identity, await ports.probes.http(request, options));
          return miss === undefined ? {} : { miss: named(name, miss) };
        }),
      ),
    );
    return answers.find(({ miss }) => miss !== undefined) ?? {};
  });
}

interface Place {
  /** Empty where there is but one. */
  readonly name: string;
  readonly request: HttpRequest;
}

async function placesOf(
  { request, via, replicas, pods }: Identity,
  ports: CheckPorts,
): Promise<readonly Place[]> {
  if (replicas.length > 0)
    return replicas.map((address) => ({ name: address, request: { ...request, resolve: address } }));
  if (pods === undefined) return [{ name: '', request: await routed(request, via, ports) }];
  const { namespace, selector, port } = pods;
  const found = (await ports.kube?.list({ resource: pod, namespace, labelSelector: selector })) ?? [];
  return Promise.all(
    found
      .filter((each) => isWanted(each) && isPodReady(each))
      .map(async ({ metadata: { name } }) => ({
        name,
        request: await routed(request, { kind: 'pod', name, namespace, port }, ports),
      })),
  );
}

const named = (name: string, miss: Miss): Miss =>
  name === '' ? miss : { ...miss, reason: `${name}: ${miss.reason}` };
