/** What every engine promises when something ends, is cut or is changed on the way: no dump, and nothing left behind. */
import { stat } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import type { Dump } from '../../../lib/ports/database.ts';
import type { SpawnStream } from '../../../lib/ports/process.ts';
import { collect } from '../../support/bytes.ts';
import { allGone, descendants, nameOf } from '../../support/process-tree.ts';
import { wholeShop } from './contract.ts';
import type { Subject } from './contract.ts';
import { order } from './round-trip.ts';

export function faultsContract(subject: Subject): void {
  const { byUrl, inPod, dumpTool } = subject;
  const servers = new Set<number>();
  beforeAll(() => {
    for (const pid of descendants(process.pid)) servers.add(pid);
  });

  test('no secret is in an argument or a variable, and the files are private', async () => {
    const commands: string[] = [];
    const modes: number[] = [];
    const watching: SpawnStream = async (command, options) => {
      commands.push(`${command.argv.join(' ')} ${JSON.stringify(command.env)}`);
      for (const file of subject.secretFiles(command)) modes.push((await stat(file)).mode & 0o777);
      return subject.spawn(command, options);
    };
    await wholeShop({ ...subject, byUrl: (name) => byUrl(name, { spawn: watching }) });
    expect(commands.length).toBeGreaterThanOrEqual(3);
    expect(commands.join('\n')).not.toContain(subject.password().slice(0, 8));
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  test('a dump tool that is killed is no dump', async () => {
    const dump = await (await byUrl('shop')).dump(order);
    await expect(readAndKill(dump, dumpTool)).rejects.toThrow(`${dumpTool} failed`);
    await dump.close();
  });

  test('closing early gives the lock back and leaves no process', async () => {
    const dump = await (await byUrl('shop')).dump({ ...order, lock: { wait: 0 } });
    const pids = descendants(process.pid);
    for await (const _ of dump.bytes) break;
    await dump.close();
    await allGone(pids.filter((pid) => !servers.has(pid)));
    await (await (await byUrl('shop')).dump({ ...order, lock: { wait: 10_000 } })).close();
  });

  // What kubectl does on such a day: half of the bytes, no error, exit 0 (kubernetes#124571).
  test.each([
    ['ends early and well', '2>/dev/null | head -c 1000000', subject.onTheWay.cut],
    ['was changed on its way', '| tr q r', subject.onTheWay.changed],
  ])('a stream that %s is a failure', async (_, pipe, problem) => {
    const through = (tool: readonly string[]): readonly string[] =>
      subject.isDump(tool) ? ['sh', '-c', `"$@" ${pipe}`, 'sh', ...tool] : tool;
    const dump = await inPod('shop', through).dump(order);
    await expect(collect(dump.bytes)).rejects.toThrow(problem);
    await dump.close();
  });
}

/** Kills the tool below this process as often as it is met while the dump is read. */
export async function readAndKill(dump: Dump, tool: string): Promise<void> {
  for await (const _ of dump.bytes)
    for (const pid of descendants(process.pid)) if (nameOf(pid) === tool) kill(pid);
}

/** It may have ended by itself meanwhile. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ESRCH') throw error;
  }
}
