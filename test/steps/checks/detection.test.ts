/** With a real clock, a real server and the real probes: how soon it is seen that a service is well. */
import { expect, test } from '@jest/globals';
import { httpProbes } from '../../../lib/adapters/probes/client.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { runChecks } from '../../../lib/steps/run-checks.ts';
import { serve } from '../../adapters/probes/servers.ts';
import { checksOf, World } from './world.ts';

const interval = 200;

test.each(['503', 'nothing listens'])(
  'within an interval and 50 ms of the moment when it is well (before: %s)',
  async (before) => {
    let well = Infinity;
    const handler: Parameters<typeof serve>[0] = (_, response) =>
      void response.writeHead(performance.now() >= well ? 200 : 503).end();
    const first = await serve(handler);
    const { port } = first;
    if (before === 'nothing listens') await first[Symbol.asyncDispose]();

    const world = new World();
    const ports = { ...world.all, clock: systemClock, probes: httpProbes({ proxy: {} }) };
    const asking = runChecks(
      { checks: checksOf(`- http: "http://127.0.0.1:${port}/"`), timeout: 5_000, interval },
      ports,
    );
    // In the middle of the second interval.
    await systemClock.sleep(1.5 * interval);
    well = performance.now();
    await using second = before === 'nothing listens' ? await serve(handler, { port }) : first;
    const outcome = await asking;
    const delay = performance.now() - well;

    expect(outcome).toMatchObject({ outcome: 'pass', checks: [{ attempts: 3 }] });
    expect(delay).toBeLessThanOrEqual(interval + 50);
    expect(second.port).toBe(port);
  },
);
