import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { network } from './layout.ts';

/**
 * Builds the node's network inside the sandbox's own namespace. There is no route to the outside at all; the service
 * and pod ranges end in a wire without another end, because a connection needs some route before kube-proxy's rules
 * can redirect it (an `unreachable` route would refuse it earlier, and no route would too).
 */
export function buildNetwork(reservedPorts: readonly number[]): void {
  const commands = `
    link set lo up
    link add slip-node type veth peer name slip-node-end
    link set slip-node up
    link set slip-node-end up
    addr add ${network.node}/24 dev slip-node
    link add slip-void type veth peer name slip-void-end
    link set slip-void up
    link set slip-void-end up
    route add ${network.services} dev slip-void
    route add ${network.pods} dev slip-void`;
  execFileSync('ip', ['-batch', '-'], { input: commands.replaceAll(/^\s+/gm, '') });
  sysctl('net/ipv4/ip_forward', '1');
  // Our own outgoing connections must not sit on a port that a server is about to open.
  sysctl('net/ipv4/ip_local_reserved_ports', reservedPorts.join(','));
}

const sysctl = (name: string, value: string): void => writeFileSync(`/proc/sys/${name}`, value);

/** What the container runtime asks for each pod: a routed wire (no bridge to clean up), an address, host ports. */
export const cniConfiguration = (): string =>
  JSON.stringify({
    cniVersion: '0.4.0',
    name: 'slipway',
    plugins: [
      {
        type: 'ptp',
        ipam: {
          type: 'host-local',
          subnet: network.pods,
          dataDir: '/run/slipway/cni',
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
