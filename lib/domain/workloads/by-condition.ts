import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, isTrue, observedGeneration, sayCondition, toGeneration } from './conditions.ts';
import { blocked, ready, type Kind, type Progress } from './kind.ts';
import { oneLine } from '../words.ts';

export const customResourceDefinition: Kind = {
  name: 'apiextensions.k8s.io/CustomResourceDefinition',
  gates: 'default',
  ready: 'it says Established and NamesAccepted',
  trap: 'before that its objects are refused, although the definition itself was accepted',
  assess: (object) => all(object, ['NamesAccepted', 'Established']),
  needs: [],
};

export const apiService: Kind = {
  name: 'apiregistration.k8s.io/APIService',
  gates: 'asked',
  ready: 'it says Available',
  trap: 'it depends on pods that may be part of the same release',
  assess: (object) => all(object, ['Available']),
  needs: [],
};

export const customResource: Kind = {
  name: 'any custom resource',
  gates: 'asked',
  ready: 'its Ready condition is True, for the newest generation where its controller says which',
  trap: 'some never have a Ready condition (helm#32615), some are optional: gates only when asked to. Generations written as text are read, hashes are passed over',
  assess: assessCustom,
  needs: [],
};

function all(object: KubeObject, types: readonly string[]): Progress {
  const missing = types.find((type) => !isTrue(object, type));
  if (missing === undefined) return ready(1);
  const condition = conditionOf(object, missing);
  return blocked(
    0,
    1,
    condition === undefined ? `${missing} not said yet` : `${missing}: ${oneLine(sayCondition(condition))}`,
  );
}

function assessCustom(object: KubeObject): Progress {
  const condition = conditionOf(object, 'Ready');
  if (condition === undefined) return blocked(0, 1, 'no Ready condition in its status');
  const observed = toGeneration(condition.observedGeneration) ?? observedGeneration(object);
  const wanted = object.metadata.generation;
  if (observed !== undefined && wanted !== undefined && observed < wanted) {
    return blocked(0, 1, `its controller has not looked at generation ${wanted} yet`);
  }
  if (condition.status === 'True') return ready(1);
  return blocked(0, 1, `Ready=${condition.status}: ${oneLine(sayCondition(condition))}`);
}
