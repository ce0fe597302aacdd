import { readFileSync } from 'node:fs';
import { layout, stateDirectory } from './layout.ts';
import { ownSandbox } from './own-cluster.ts';
import { isRunning, readReport } from './running.ts';
import { readStatus } from './status.ts';

/** All that a test, benchmark or script needs to talk to the sandbox that is up. */
export interface Sandbox {
  /** Path of an administrator's kubeconfig that holds a token; the other holds a client certificate. */
  kubeconfig: string;
  certificateKubeconfig: string;
  apiUrl: string;
  /** PEM of the authority that signed the API server's certificate. */
  ca: string;
  /** Empty when the user's own kubeconfig holds no token. */
  adminToken: string;
  /** `127.0.0.1:<port>`, the same name for the host and for the kubelet; plain HTTP. */
  registry: string;
  /** Ports that Services may take as nodePort, each answered on the host's 127.0.0.1. */
  nodePorts: number[];
  /** One JSON object per line, level Metadata; empty for a cluster of the user's own, unless SLIPWAY_AUDIT_LOG names it. */
  auditLog: string;
  /** Host pid of the process in whose namespaces it all runs (`nsenter --target <pid> --all`); 0 for the user's own cluster. */
  initPid: number;
}

const remedy = 'npm run sandbox -- up';

/** Reads what the running sandbox is; throws with the remedy when it is not up. */
export function sandboxEnv(env: Readonly<Record<string, string | undefined>> = process.env): Sandbox {
  const own = env['SLIPWAY_KUBECONFIG'];
  if (own) return ownSandbox(env, own);
  const paths = layout(stateDirectory(env));
  const report = readReport(paths);
  if (!report || !isRunning(report)) throw new Error(`sandbox: it is not up: ${remedy}`);
  if (!readStatus(paths)?.ready) throw new Error(`sandbox: it is still starting: ${remedy} waits for it`);
  const { blockFrom, blockTo } = report;
  return {
    kubeconfig: paths.kubeconfig,
    certificateKubeconfig: paths.certificateKubeconfig,
    apiUrl: `https://127.0.0.1:${report.ports['api']}`,
    ca: readFileSync(paths.ca, 'utf8'),
    adminToken: readFileSync(paths.adminToken, 'utf8'),
    registry: `127.0.0.1:${report.ports['registry']}`,
    nodePorts: Array.from({ length: blockTo - blockFrom + 1 }, (_, index) => blockFrom + index),
    auditLog: paths.auditLog,
    initPid: report.init,
  };
}
