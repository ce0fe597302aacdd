import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import type { AccessQuestion } from '../../lib/domain/permissions.ts';
import type { Kube } from '../../lib/ports/kube.ts';

/** The API's refusal, as the Kube port throws it. */
export const refusal = (status: number): Error =>
  Object.assign(new Error(`HTTP ${status}`), { refusal: { status, reason: '', message: '' } });

/** A cluster of these objects for what only reads: all may be read and done unless it is told otherwise. */
export class MemoryKube {
  readonly objects: KubeObject[];
  /** `list horizontalpodautoscalers`: answered with 403, or another status. */
  readonly refused = new Map<string, number>();
  mayNot: (question: AccessQuestion) => boolean = () => false;
  readonly asked: string[] = [];

  constructor(...objects: KubeObject[]) {
    this.objects = objects;
  }

  get port(): Kube {
    const answer = (verb: string, plural: string): void => {
      this.asked.push(`${verb} ${plural}`);
      const status = this.refused.get(`${verb} ${plural}`);
      if (status !== undefined) throw refusal(status);
    };
    const kube: Partial<Kube> = {
      server: 'https://prod.example.com',
      get: async ({ plural, kind }, _, name) => {
        answer('get', plural);
        return this.objects.find((one) => one.kind === kind && one.metadata.name === name);
      },
      list: async ({ resource: { plural, kind } }) => {
        answer('list', plural);
        return this.objects.filter((one) => one.kind === kind);
      },
      create: async ({ plural }, _, object) => {
        answer('create', plural);
        this.objects.push(object);
        return object;
      },
      denied: async (questions) => questions.filter(this.mayNot),
    };
    return kube as Kube;
  }
}
