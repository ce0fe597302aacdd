/** One tool's release of the sample service: it is brought to the wrong version, and goes back by the tool. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { OpenLoop } from '../../sandbox/demo/load.ts';
import type { ServiceImage } from '../../sandbox/service/image.ts';
import { tool } from '../../test/e2e/support/tools.ts';
import { imageValues } from '../kit/image.ts';
import { Place } from '../kit/place.ts';
import { startTool, startTools } from '../kit/run-tool.ts';
import type { Span, Started } from '../kit/run-tool.ts';
import { startAction } from '../kit/step.ts';
import type { Action, Done } from '../kit/step.ts';
import type { Tool } from './tools.ts';

export interface Actions {
  readonly deploy: Action;
  readonly rollback: Action;
}

/** A version, and the mark by which the truth clock knows its pods. */
export interface Version {
  readonly image: ServiceImage;
  readonly stamp: string;
}

/** Milliseconds since the epoch. */
export interface WentBack extends Span {
  /** It was known where to go; the start for a tool that is told. */
  readonly decidedAt: number;
}

const release = 'shop';
const chart = 'sandbox/charts/shop';
const replicas = 2;
const requestsPerSecond = 20;

export class Lane implements AsyncDisposable {
  readonly tool: Tool;
  readonly place: Place;
  readonly #actions: Actions;
  readonly #kubectl: string;
  /** The record of what was shipped last; ours only. */
  #record = '';

  private constructor(contestant: Tool, place: Place, actions: Actions, kubectl: string) {
    this.tool = contestant;
    this.place = place;
    this.#actions = actions;
    this.#kubectl = kubectl;
  }

  static async open(contestant: Tool, actions: Actions): Promise<Lane> {
    return new Lane(contestant, await Place.open(contestant.helm), actions, await tool('kubectl'));
  }

  get namespace(): string {
    return this.place.namespace.name;
  }

  /** Ships a version, waits until it is ready and no pod of another one is left. */
  async ship({ image, stamp }: Version): Promise<void> {
    const values = join(this.place.home, 'values.yaml');
    const pods = { replicas, image: imageValues(image), podAnnotations: { 'sandbox/stamp': stamp } };
    const rollout = { maxSurge: replicas };
    await writeFile(values, JSON.stringify({ ...pods, rollout, service: { type: 'NodePort' } }));
    if (this.tool.way === 'ours') {
      const inputs = {
        release,
        chart,
        'values-files': values,
        images: `image=${image.pinned}`,
        timeout: '5m',
      };
      const { step } = await (await this.#step(this.#actions.deploy, inputs)).ended;
      this.#record = step.outputs['record'] ?? '';
    } else {
      await this.#helm('upgrade', release, chart, '--install', '--values', values).ended;
    }
    await this.settled();
  }

  /** Starts the way back. */
  async goBack(): Promise<Started<WentBack>> {
    if (this.tool.way === 'ours') return this.#rollback();
    const { pid, ended } = this.tool.way === 'helm' ? this.#helm('rollback', release) : this.#undo();
    return { pid, ended: ended.then((span) => ({ ...span, decidedAt: span.startedAt })) };
  }

  /** Asks the service from its first answer on, at a constant rate. */
  async load(): Promise<OpenLoop> {
    const service = await this.place.namespace.get('v1 Service', release);
    const { ports = [] } = (service?.['spec'] ?? {}) as { readonly ports?: { readonly nodePort: number }[] };
    const url = `http://127.0.0.1:${ports[0]?.nodePort}/version`;
    return OpenLoop.onceAnswered({ url, perSecond: requestsPerSecond });
  }

  /** Resolves when just the pods that are wanted are there: what is on its way out must not slow the next. */
  settled(): Promise<void> {
    return this.place.pods.settled(replicas);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.place[Symbol.asyncDispose]();
  }

  #undo(): Started<Span> {
    const object = [`deployment/${release}`, '--namespace', this.namespace];
    const undo = [this.#kubectl, 'rollout', 'undo', ...object];
    return startTools(
      [undo, [this.#kubectl, 'rollout', 'status', ...object, '--timeout', '5m']],
      this.place.programEnv,
    );
  }

  async #rollback(): Promise<Started<WentBack>> {
    const reason = 'it answers with the wrong version';
    const inputs = { release, from: this.#record, reason, timeout: '5m' };
    const { pid, ended } = await this.#step(this.#actions.rollback, inputs);
    const wentBack = async (): Promise<WentBack> => {
      const { step, ...span } = await ended;
      if (step.outputs['rolled-back'] !== 'true') throw new Error(`nothing was undone:\n${step.shown}`);
      return { ...span, decidedAt: await this.#madeAt(step.outputs['record'] ?? '') };
    };
    return { pid, ended: wentBack() };
  }

  /** A rollback opens its own record as soon as it knows where to go. */
  async #madeAt(record: string): Promise<number> {
    const seq = record.slice(record.lastIndexOf('#') + 1);
    const secret = await this.place.namespace.get('v1 Secret', `slipway-${release}-${seq}`);
    const data = secret?.['data'] as Readonly<Record<string, string>> | undefined;
    const text = Buffer.from(data?.['record.json'] ?? '', 'base64').toString('utf8');
    return Date.parse((JSON.parse(text) as ReleaseRecord).createdAt);
  }

  #step(action: Action, inputs: Readonly<Record<string, string>>): Promise<Started<Done>> {
    return startAction(action, this.place.stepEnv, { ...this.place.stepInputs, ...inputs });
  }

  #helm(...args: readonly string[]): Started<Span> {
    const where = ['--namespace', this.namespace, '--wait', '--timeout', '5m'];
    return startTool([join(this.place.bin, 'helm'), ...args, ...where], this.place.programEnv);
  }
}
