import { TargetError } from '../domain/errors.ts';
import { proxyOf } from './environment.ts';
import type { Env } from './environment.ts';
import type { Host } from './host.ts';

/** Throws TargetError where Slipway cannot work: anything but Linux on x64 or arm64 with Node 24. */
export function checkPlatform({ platform, arch, node, env }: Host): void {
  const known = platform === 'linux' && ['x64', 'arm64'].includes(arch);
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (known && major >= 24) return checkProxy(node, major > 24 || minor >= 5, env);
  throw new TargetError(`this runner is ${platform}/${arch} with Node ${node}`, {
    subject: 'runner',
    remedy: known
      ? 'use a runner that has Node 24 (actions/runner 2.327.1 or newer)'
      : 'use a Linux runner on x64 or arm64: runs-on: ubuntu-latest',
  });
}

/** Node's agents speak to a proxy since 24.5; an older one would go past it without a word. */
function checkProxy(node: string, able: boolean, env: Env): void {
  if (able || Object.keys(proxyOf(env)).length === 0) return;
  throw new TargetError(`a proxy is set, and Node ${node} cannot use it`, {
    subject: 'runner',
    remedy: 'update the runner: Node 24.5 or newer is needed behind a proxy',
  });
}
