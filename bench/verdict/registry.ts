/**
 * A registry that fails on demand, for the kubelet and for us. The two ask at the same address, `127.0.0.1:<port>`, and
 * each finds a face of its own there: the kubelet's is in the sandbox's network. So the image can be there when the
 * release is planned, and be gone, denied or out of reach when a node asks.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/client.ts';
import { layout, stateDirectory } from '../../sandbox/layout.ts';
import { pushServiceImage } from '../../sandbox/service/image.ts';
import type { ServiceImage } from '../../sandbox/service/image.ts';
import type { Asked, Mood, Order } from './registry-process.ts';

const program = join(import.meta.dirname, 'registry-process.ts');
const anyLogin = 'Basic YW55Om9uZQ==';

export interface Manner {
  /** It wants a login first. */
  readonly login?: boolean;
  /** Only the nodes are told so; we find it there all the time. */
  readonly apart?: boolean;
  /** Its executable, in place of the service's. */
  readonly program?: Buffer;
}

export class FickleRegistry implements AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly #ours: Face;
  readonly #nodes: Face;
  readonly #hosts: string;

  private constructor(address: string, ours: Face, nodes: Face, hosts: string) {
    this.address = address;
    this.#ours = ours;
    this.#nodes = nodes;
    this.#hosts = hosts;
  }

  static async open({ registry, initPid }: Sandbox): Promise<FickleRegistry> {
    if (initPid === 0)
      throw new Error('verdict: a cluster of your own has no place for a registry that fails');
    const ours = await Face.open([process.execPath, program, registry]);
    const inside = ['nsenter', `--net=/proc/${initPid}/ns/net`, process.execPath, program, registry];
    const nodes = await Face.open([...inside, String(ours.port)]);
    const address = `127.0.0.1:${ours.port}`;
    // containerd reads it anew for each pull; without it, it would speak TLS.
    const hosts = join(layout(stateDirectory(process.env)).configs, 'registries', address);
    await mkdir(hosts, { recursive: true });
    await writeFile(
      join(hosts, 'hosts.toml'),
      `server = "http://${address}"\n\n[host."http://${address}"]\ncapabilities = ["pull", "resolve"]\n`,
    );
    return new FickleRegistry(address, ours, nodes, hosts);
  }

  /** Pushes the sample service into a repository of its own, which is then as `mood` says to the nodes. */
  async push(
    repository: string,
    mood: Mood,
    { login = false, apart = false, program }: Manner = {},
  ): Promise<ServiceImage> {
    await this.#ours.order({ repository, mood: 'open', login });
    const image = await pushServiceImage({
      registry: this.address,
      repository,
      version: 'v1',
      ...(login ? { authorization: anyLogin } : {}),
      ...(program === undefined ? {} : { program }),
    });
    await this.#nodes.order({ repository, mood, login });
    // What the nodes are told, we are from then on.
    if (!apart && (mood === 'absent' || mood === 'denied'))
      this.#nodes.onAsked(repository, () => void this.#ours.order({ repository, mood, login }));
    return image;
  }

  /** From now on it is there for everybody. */
  async mend(repository: string): Promise<void> {
    const order: Order = { repository, mood: 'open', login: false };
    await Promise.all([this.#ours.order(order), this.#nodes.order(order)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ours[Symbol.dispose]();
    this.#nodes[Symbol.dispose]();
    await rm(this.#hosts, { recursive: true, force: true });
  }
}

class Face implements Disposable {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #onAsked = new Map<string, () => void>();
  readonly #waiting: (() => void)[] = [];

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.port = port;
    process.on('message', (news: Asked | string) => {
      if (news === 'ordered') this.#waiting.shift()?.();
      else if (typeof news === 'object') this.#onAsked.get(news.asked)?.();
    });
  }

  static async open([command = '', ...args]: readonly string[]): Promise<Face> {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const port = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the fickle registry ended with ${code}`)));
      child.once('message', (news) => resolve(Number(news)));
    });
    return new Face(child, port);
  }

  /** Resolves when it is so. */
  order(order: Order): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#process.send(order);
    });
  }

  onAsked(repository: string, act: () => void): void {
    this.#onAsked.set(repository, act);
  }

  [Symbol.dispose](): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
