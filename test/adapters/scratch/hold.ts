import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pinnedNode } from '../../support/node.ts';
import type { HolderOrder } from './holder.ts';

/** A process that holds a scratch server, and what it said; it is to be killed. */
export async function hold(
  order: HolderOrder,
  env: Readonly<Record<string, string>> = {},
): Promise<{ holder: ChildProcess; said: string }> {
  const argv = [join(import.meta.dirname, 'holder.ts'), JSON.stringify(order)];
  const holder = spawn(pinnedNode(), argv, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve, reject) => {
    holder.stdout?.once('data', (text: Buffer) => resolve(text.toString()));
    holder.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)));
  });
  return { holder, said };
}
