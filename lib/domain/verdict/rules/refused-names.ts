import { describeObject } from '../../kubernetes.ts';
import { conditionOf, sayCondition } from '../../workloads/conditions.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const refusedNames: Rule = {
  name: 'NamesNotAccepted',
  severity: 'terminal',
  kinds: ['apiextensions.k8s.io/CustomResourceDefinition'],
  when: 'condition NamesAccepted=False',
  trap: 'a definition that is merely not Established yet has no such condition, or Unknown',
  detect,
};

function detect({ id, object }: Case): Detection | undefined {
  const condition = conditionOf(object, 'NamesAccepted');
  if (condition?.status !== 'False') return undefined;
  return {
    subject: describeObject(id),
    cause: `its names are taken: ${sayCondition(condition)}`,
    proof: sayCondition(condition),
    remedy:
      'another CustomResourceDefinition of the same group has these names: remove it or rename this one',
  };
}
