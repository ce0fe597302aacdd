/** Leases as an API server keeps them: by resourceVersion. For what would take minutes against a real one. */
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import { refusal } from '../../steps/kube.ts';

export class MemoryLeases {
  #stored: KubeObject | undefined;
  #version = 0;

  get now(): KubeObject | undefined {
    return this.#stored;
  }

  get kube(): Kube {
    const written = (object: KubeObject, uid: string): KubeObject => {
      const resourceVersion = String((this.#version += 1));
      return (this.#stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion } });
    };
    const current = (version: string | undefined): KubeObject => {
      if (this.#stored === undefined) throw refusal(404);
      if (version !== this.#stored.metadata.resourceVersion) throw refusal(409);
      return this.#stored;
    };
    const kube: Partial<Kube> = {
      get: async () => this.#stored,
      create: async (_, __, object) => {
        if (this.#stored !== undefined) throw refusal(409);
        return written(object, `uid-${this.#version}`);
      },
      replace: async (_, __, object) =>
        written(object, current(object.metadata.resourceVersion).metadata.uid ?? ''),
      delete: async (_, __, ___, precondition) => {
        current(precondition?.resourceVersion);
        this.#stored = undefined;
      },
    };
    return kube as Kube;
  }
}
