import { judgeIdentity } from '../../domain/checks/judge-identity.ts';
import { withoutUser } from '../../domain/checks/target.ts';
import type { HttpRequest, Identity, Miss, Via } from '../../domain/checks/types.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { isPodReady, isWanted } from '../../domain/workloads/pods.ts';
import { routed, told } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { podsOf } from './pods.ts';
import type { CheckPorts } from './ports.ts';

/** Asks every place that can be addressed who it is; all of them must be the new one. */
export async function askWhoAnswers(
  identity: Identity,
  timeout: Milliseconds,
  ports: CheckPorts,
): Promise<Attempt> {
  return told(identity.pods?.selector ?? 'it', async () => {
    const places = await placesOf(identity, ports);
    if (places.length === 0) return { miss: { reason: `no ready pod of ${identity.pods?.selector}` } };
    const options = { timeout, ...(ports.signal === undefined ? {} : { signal: ports.signal }) };
    const answers = await Promise.all(
      places.map(({ name, request, via }) =>
        told(name === '' ? withoutUser(request.url) : name, async () => {
          const way = await routed(request, via, options, ports);
          const miss = judgeIdentity(identity, await ports.probes.http(way.request, way.options));
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
  readonly via?: Via;
}

async function placesOf(
  { request, via, replicas, pods }: Identity,
  ports: CheckPorts,
): Promise<readonly Place[]> {
  if (replicas.length > 0)
    return replicas.map((address) => ({ name: address, request: { ...request, resolve: address } }));
  if (pods === undefined) return [{ name: '', request, ...(via === undefined ? {} : { via }) }];
  const { namespace, port } = pods;
  return (await podsOf(pods, ports))
    .filter((each) => isWanted(each) && isPodReady(each))
    .map(({ metadata: { name } }) => ({ name, request, via: { kind: 'pod', name, namespace, port } }));
}

const named = (name: string, miss: Miss): Miss =>
  name === '' ? miss : { ...miss, reason: `${name}: ${miss.reason}` };
