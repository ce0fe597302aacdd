/** The Kube port over our own small HTTP client: one keep-alive agent, one connection per open watch. */
import { stripVTControlCharacters } from 'node:util';
import type { Clock } from '../../ports/clock.ts';
import type { Kube } from '../../ports/kube.ts';
import type { KubeObject, ResourceType } from '../../domain/kubernetes.ts';
import { deniedOf } from './access.ts';
import { apiOver } from './api.ts';
import type { Connection } from './kubeconfig.ts';
import { WholeLines } from './lines.ts';
import { listOf } from './list.ts';
import { pathOf, withQuery } from './paths.ts';
import { pods } from './resources.ts';
import { isRefusal } from '../../domain/refusal.ts';
import { transportLimits, transportOver } from './transport.ts';
import type { Call, TransportLimits } from './transport.ts';
import { follow, watchTimes } from './watch.ts';
import type { WatchTimes } from './watch.ts';

export interface ClientOptions {
  /** `slipway/<version> (deploy-helm)`: the audit log counts by it. */
  readonly userAgent: string;
  readonly clock: Clock;
  readonly debug: (line: string) => void;
  /** A number from 0 to 1, to spread retries. */
  readonly random?: () => number;
  readonly limits?: TransportLimits;
  readonly times?: WatchTimes;
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const;

/** Opens a client; nothing is sent before its first call. */
export function kubeClient(connection: Connection, options: ClientOptions): Kube {
  const { clock, debug, random = Math.random, limits = transportLimits, times = watchTimes } = options;
  const api = apiOver(transportOver(connection, options.userAgent, limits), { clock, random });

  const get = (path: string): Call => ({ method: 'GET', path, repeatable: true });
  const write = (method: Call['method'], path: string, body: unknown): Call => ({
    method,
    path,
    body,
    repeatable: false,
  });

  return {
    server: api.server,
    version: () => api.json(get('/version')),
    get: (resource, namespace, name) =>
      orUndefined(api.json<KubeObject>(get(pathOf(resource, namespace, name)))),
    list: async (target) => (await listOf(api, target)).objects,
    create: (resource, namespace, object) => api.json(write('POST', pathOf(resource, namespace), object)),
    replace: (resource, namespace, object) =>
      api.json({
        ...write('PUT', pathOf(resource, namespace, object.metadata.name), object),
        guarded: object.metadata.resourceVersion !== undefined,
      }),
    patch: (resource, namespace, name, patch, type = 'merge') =>
      api.json({
        ...write('PATCH', pathOf(resource, namespace, name), patch),
        contentType: patchTypes[type],
      }),

    /** Deleting what is gone already is a success. */
    async delete(resource, namespace, name, preconditions) {
      const body = { propagationPolicy: 'Background', ...(preconditions && { preconditions }) };
      await orUndefined(api.json(write('DELETE', pathOf(resource, namespace, name), body)));
    },

    denied: (questions) => deniedOf(api, questions),

    async resourceTypes(apiVersion) {
      const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const list = await orUndefined(api.json<ServedTypes>(get(path)));
      return list && typesOf(list);
    },

    watch(target, onEvent, signal) {
      void follow(api, target, onEvent, signal, { clock, random, debug, times });
    },

    async log(namespace, pod, { signal, lastBytes, ...query }) {
      const path = withQuery(`${pathOf(pods, namespace, pod)}/log`, query);
      // The API's own limitBytes would leave the end out, where the cause stands.
      return stripVTControlCharacters(await endOf(await api.stream(get(path), signal, 0), lastBytes));
    },

    async followLog(namespace, pod, container, onLine, signal) {
      const path = withQuery(`${pathOf(pods, namespace, pod)}/log`, { container, follow: true });
      try {
        const lines = new WholeLines();
        for await (const chunk of await api.stream(get(path), signal, 0)) {
          for (const line of lines.feed(chunk)) onLine(line);
        }
        const last = lines.end();
        if (last !== '') onLine(last);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },

    close: () => api.close(),
  };
}

/** About the last `bytes` of a stream, never holding much more than those. */
async function endOf(stream: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  let end = Buffer.alloc(0);
  for await (const chunk of stream) end = Buffer.concat([end, chunk]).subarray(-bytes);
  return end.toString('utf8');
}

async function orUndefined<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error, 404)) return undefined;
    throw error;
  }
}

interface ServedTypes {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

function typesOf({ groupVersion, resources }: ServedTypes): ResourceType[] {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced }) => ({ group, version, plural: name, kind, namespaced }));
}
