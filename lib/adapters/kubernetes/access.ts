/** What this identity may do: all rules of a namespace at once, and one review for each question that they leave open. */
import type { AccessQuestion } from '../../ports/kube.ts';
import type { Api } from './api.ts';
import type { Call } from './transport.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface RulesReview {
  readonly status?: { readonly incomplete?: boolean; readonly resourceRules?: readonly Rule[] };
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/** Which of these are not allowed, in the order asked. */
export async function deniedOf(api: Api, questions: readonly AccessQuestion[]): Promise<AccessQuestion[]> {
  const namespaces = [...new Set(questions.flatMap(({ namespace = '' }) => namespace || []))];
  const rules = new Map(
    await Promise.all(
      namespaces.map(async (namespace) => [namespace, await rulesIn(api, namespace)] as const),
    ),
  );
  const answers = await Promise.all(
    questions.map(async (question) => {
      const known = rules.get(question.namespace ?? '');
      if (known?.some((rule) => allows(rule, question)) === true) return true;
      const { status } = await api.json<AccessReview>(accessReview(question));
      return status?.allowed === true;
    }),
  );
  return questions.filter((_, index) => answers[index] === false);
}

/**
 * Rules may miss a permission, but grant none that is not there, unless an authorizer that cannot list its rules
 * has a say: then, or when the API does not answer this question, there are none.
 */
async function rulesIn(api: Api, namespace: string): Promise<readonly Rule[]> {
  const review = await api
    .json<RulesReview>(reviewCall('SelfSubjectRulesReview', { namespace }))
    .catch(() => undefined);
  return review?.status?.incomplete === false ? (review.status.resourceRules ?? []) : [];
}

/** Kubernetes' own matching (pkg/apis/rbac/v1/evaluation_helpers.go), for requests by name too. */
function allows(rule: Rule, { verb, group, resource, subresource, name }: AccessQuestion): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [] } = rule;
  const combined = subresource === undefined ? resource : `${resource}/${subresource}`;
  const onEvery = subresource === undefined ? [] : [`*/${subresource}`];
  return (
    includesAny(verbs, ['*', verb]) &&
    includesAny(apiGroups, ['*', group]) &&
    includesAny(resources, ['*', combined, ...onEvery]) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
  );
}

const includesAny = (list: readonly string[], wanted: readonly string[]): boolean =>
  wanted.some((each) => list.includes(each));

const accessReview = (question: AccessQuestion): Call =>
  reviewCall('SelfSubjectAccessReview', { resourceAttributes: question });

/** A POST that stores nothing, so it may be sent again. */
const reviewCall = (kind: 'SelfSubjectAccessReview' | 'SelfSubjectRulesReview', spec: object): Call => ({
  method: 'POST',
  path: `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
  body: { apiVersion: 'authorization.k8s.io/v1', kind, spec },
  repeatable: true,
});
