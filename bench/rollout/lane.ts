/** One tool's place in the cluster, and the chart as it is next to be. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { ServiceImage } from '../../sandbox/service/image.ts';
import { imageValues } from '../kit/image.ts';
import { Place } from '../kit/place.ts';
import type { Shape } from './shape.ts';
import type { Tool } from './tools.ts';

/** A change of every pod, and what is needed to make it. */
export interface Change {
  readonly stamp: string;
  readonly image: ServiceImage;
  /** How long each pod is held back before it is scheduled. */
  readonly hold?: Milliseconds;
  readonly faults?: Readonly<Record<string, string>>;
}

export class Lane implements AsyncDisposable {
  readonly tool: Tool;
  readonly shape: Shape;
  readonly place: Place;

  private constructor(tool: Tool, shape: Shape, place: Place) {
    this.tool = tool;
    this.shape = shape;
    this.place = place;
  }

  static async open(contestant: Tool, shape: Shape): Promise<Lane> {
    return new Lane(contestant, shape, await Place.open(contestant.helm));
  }

  /** Makes ready for a change; returns its values file, which is the same for every tool. JSON is YAML. */
  async prepare({ stamp, image, hold = 0, faults = {} }: Change): Promise<string> {
    const { workloads, replicas } = this.shape;
    const path = join(this.place.home, 'values.yaml');
    this.place.pods.hold = hold;
    const pods = { image: imageValues(image), stamp, schedulingGate: hold === 0 ? '' : 'bench/hold', faults };
    await writeFile(path, JSON.stringify({ count: workloads, replicas, surge: replicas, ...pods }));
    return path;
  }

  /** Resolves when just the pods that are wanted are there: one round's end must not slow the next. */
  settled(): Promise<void> {
    return this.place.pods.settled(this.shape.workloads * this.shape.replicas);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.place[Symbol.asyncDispose]();
  }
}
