/** The Probes port over Node's own http, https, net and tls. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProbeFailure } from '../../ports/probes.ts';
import type { Probes } from '../../ports/probes.ts';
import { certificateOf, followed, once, trusting } from './connection.ts';
import { exchange } from './exchange.ts';
import type { Surroundings } from './exchange.ts';
import { finds } from './finds.ts';
import { limited } from './limit.ts';
import { nextRequest } from './redirect.ts';

/** `proxy`: HTTPS_PROXY and NO_PROXY of the runner; only HTTPS goes by it. */
export function httpProbes({ proxy }: Pick<Surroundings, 'proxy'>): Probes {
  const trust = trusting();
  return {
    async http(request, options) {
      using limit = limited(options);
      let asked = request;
      const visited = new Set([`${request.method} ${request.url}`]);
      for (let followed = 0; ; followed++) {
        const answer = await exchange(asked, { proxy, trust }, limit);
        const next = request.redirects === 0 ? undefined : nextRequest(asked, answer);
        if (next === undefined) return answer;
        const step = `${next.method} ${next.url}`;
        if (visited.has(step))
          throw new ProbeFailure('request', 'EREDIRECTLOOP', `again to ${shown(next.url)}`);
        if (followed === request.redirects)
          throw new ProbeFailure('request', 'ETOOMANYREDIRECTS', `${followed} were followed`);
        visited.add(step);
        asked = next;
      }
    },

    async tcp(host, port, options) {
      using limit = limited(options);
      const open = () => followed(connect({ host, port }), host, false, limit);
      await once(open, 'connect', () => undefined, limit);
    },

    async tls({ host, port, tls }, options) {
      using limit = limited(options);
      const open = () => followed(connectTls({ host, port, ...trust(host, tls) }), host, true, limit);
      // Awaited: the time must not end with this function.
      return await once(open, 'secureConnect', (socket) => certificateOf(socket) ?? { validTo: 0 }, limit);
    },

    finds,
  };
}

/** Without a query: a login's redirects carry tokens there. */
const shown = (url: string): string => `${new URL(url).origin}${new URL(url).pathname}`;
