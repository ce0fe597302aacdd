import { spawn } from 'node:child_process';
import { ensureTools } from '../tools.ts';

export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** kubectl as the administrator of the kubeconfig's cluster: what it prints, or an error with what it complained of. */
export async function kubectlFor(kubeconfig: string): Promise<Kubectl> {
  const { kubectl } = await ensureTools(['kubectl']);
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn(kubectl, ['--kubeconfig', kubeconfig, ...args]);
      let [out, complaint] = ['', ''];
      child.stdout.on('data', (text) => (out += String(text)));
      child.stderr.on('data', (text) => (complaint += String(text)));
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0
          ? resolve(out)
          : reject(new Error(`kubectl ${args.join(' ')} exited ${code}: ${complaint.trim()}`)),
      );
      child.stdin.end(input);
    });
}
