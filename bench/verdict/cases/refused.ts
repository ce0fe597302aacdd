/** What the API does not let be. */
import { setTimeout as after } from 'node:timers/promises';
import { typeOf } from '../../../test/e2e/support/namespace.ts';
import { createForAll, patchNamespace } from '../api-types.ts';
import type { Stage, VerdictCase } from '../case.ts';
import { deployment, restricted } from '../objects.ts';
import { refused as refusedBy } from '../proofs.ts';

const usual = (stage: Stage) => [deployment(stage)];

/** Its controller must have looked at it: before, it counts for nothing. */
async function quota({ place: { namespace } }: Stage): Promise<void> {
  await namespace.create('v1 ResourceQuota', 'tight', { spec: { hard: { pods: '0' } } });
  await namespace.until('v1 ResourceQuota', 'tight', ({ status }) => 'hard' in (status as object));
}

const enforceRestricted = (stage: Stage) =>
  patchNamespace(stage, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });

const limitRange = ({ place: { namespace } }: Stage) =>
  namespace.create('v1 LimitRange', 'small', {
    spec: { limits: [{ type: 'Container', max: { memory: '64Mi' } }] },
  });

const asking = (memory: string) => (stage: Stage) => [
  deployment(stage, { container: { resources: { requests: { memory }, limits: { memory } } } }),
];

const here = ({ namespace }: Stage) => ({ matchLabels: { 'kubernetes.io/metadata.name': namespace } });
const newPods = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

/** The API server learns of webhooks and policies a moment after they were made. */
const untilKnown = () => after(3_000);

/** Its Service has no endpoints. */
async function deadWebhook(stage: Stage): Promise<void> {
  const ports = [{ port: 443, targetPort: 8443 }];
  await stage.place.namespace.create('v1 Service', 'gate', { spec: { selector: { app: 'gate' }, ports } });
  await createForAll(stage, 'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration', {
    webhooks: [
      {
        name: 'gate.bench.example',
        clientConfig: { service: { name: 'gate', namespace: stage.namespace, path: '/' } },
        rules: [newPods],
        namespaceSelector: here(stage),
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
      },
    ],
  });
  await untilKnown();
}

const removeWebhook = ({ place, namespace }: Stage) =>
  place.namespace.kube.delete(
    typeOf('admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration'),
    '',
    namespace,
  );

/** Pods must name their owner. */
async function policy(stage: Stage): Promise<void> {
  await createForAll(stage, 'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy', {
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { namespaceSelector: here(stage), resourceRules: [newPods] },
      validations: [
        {
          expression: "has(object.metadata.labels) && 'owner' in object.metadata.labels",
          message: 'every pod names its owner',
        },
      ],
    },
  });
  await createForAll(stage, 'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding', {
    spec: { policyName: stage.namespace, validationActions: ['Deny'] },
  });
  await untilKnown();
}

const important = (stage: Stage) => [deployment(stage, { pod: { priorityClassName: stage.namespace } })];

const withSelector = (app: string) => (stage: Stage) => [
  deployment(stage, { labels: { app } }, { selector: { matchLabels: { app } } }),
];

export const refused: readonly VerdictCase[] = [
  {
    id: 'quota-exceeded',
    how: 'a quota of 0 pods',
    fault: {
      rule: 'PodsRefused',
      says: /exceeded quota: tight/,
      grace: 90_000,
      proof: refusedBy(/exceeded quota/),
      before: quota,
      objects: usual,
    },
    twin: {
      how: 'raised after 20 s',
      before: quota,
      objects: usual,
      recovery: {
        after: 20_000,
        mend: ({ place }) =>
          place.namespace.patch('v1 ResourceQuota', 'tight', { spec: { hard: { pods: '10' } } }),
      },
    },
  },
  {
    id: 'pod-security',
    how: 'namespace enforces restricted',
    fault: {
      rule: 'PodsRefused',
      says: /violates PodSecurity/,
      grace: 'terminal',
      proof: refusedBy(/violates PodSecurity/),
      base: usual,
      between: enforceRestricted,
      objects: (stage) => [deployment(stage, { env: { CHANGED: 'yes' } })],
    },
    twin: {
      how: 'pods that comply',
      base: usual,
      between: enforceRestricted,
      objects: (stage) => [deployment(stage, restricted)],
    },
  },
  {
    id: 'limit-range',
    how: '128Mi where 64Mi is the most',
    fault: {
      rule: 'PodsRefused',
      says: /maximum memory usage per Container is 64Mi/,
      grace: 'terminal',
      proof: refusedBy(/maximum memory usage/),
      before: limitRange,
      objects: asking('128Mi'),
    },
    twin: { how: '64Mi', before: limitRange, objects: asking('64Mi') },
  },
  {
    id: 'webhook-down',
    how: 'a webhook without endpoints, failurePolicy Fail',
    fault: {
      rule: 'PodsRefused',
      says: /failed calling webhook "gate.bench.example"/,
      grace: 90_000,
      proof: refusedBy(/failed calling webhook/),
      before: deadWebhook,
      objects: usual,
    },
    twin: {
      how: 'its configuration removed after 20 s',
      before: deadWebhook,
      objects: usual,
      recovery: { after: 20_000, mend: removeWebhook },
    },
  },
  {
    id: 'policy-denies',
    how: 'a ValidatingAdmissionPolicy denies the pods',
    fault: {
      rule: 'PodsRefused',
      says: /every pod names its owner/,
      grace: 'terminal',
      proof: refusedBy(/denied request/),
      before: policy,
      objects: usual,
    },
    twin: {
      how: 'pods that comply',
      before: policy,
      objects: (stage) => [deployment(stage, { labels: { owner: 'shop' } })],
    },
  },
  {
    id: 'priority-missing',
    how: 'a PriorityClass that does not exist',
    fault: {
      rule: 'PodsRefused',
      says: /no PriorityClass with name/,
      grace: 45_000,
      proof: refusedBy(/no PriorityClass/),
      objects: important,
    },
    twin: {
      how: 'made after 10 s',
      objects: important,
      recovery: {
        after: 10_000,
        mend: (stage) => createForAll(stage, 'scheduling.k8s.io/v1 PriorityClass', { value: 1 }),
      },
    },
  },
  {
    id: 'field-immutable',
    how: 'another selector',
    fault: {
      rule: 'HelmRefused',
      says: /immutable/,
      grace: 'terminal',
      proof: 'refusal',
      base: usual,
      objects: withSelector('shop'),
    },
    twin: { how: 'the same selector, another label', base: usual, objects: withSelector('web') },
  },
];
