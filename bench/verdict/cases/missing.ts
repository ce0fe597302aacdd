/** What pods refer to and nobody has made. */
import { serveExternalSecrets } from '../api-types.ts';
import type { Stage, VerdictCase } from '../case.ts';
import { deployment } from '../objects.ts';
import { event, refused, waits } from '../proofs.ts';

const fromSecret = (stage: Stage) => [
  deployment(stage, { container: { envFrom: [{ secretRef: { name: 'db' } }] } }),
];
const fromPromise = (stage: Stage) => [
  ...fromSecret(stage),
  {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'database' },
    spec: { target: { name: 'db' }, secretStoreRef: { name: 'vault' } },
  },
];
const fromKey = (stage: Stage) => [
  deployment(stage, {
    container: {
      env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
    },
  }),
];
const fromConfigMap = (stage: Stage) => [
  deployment(stage, {
    container: { volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }] },
    pod: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
  }),
];
const asRobot = (stage: Stage) => [deployment(stage, { pod: { serviceAccountName: 'robot' } })];

const create =
  (kind: 'Secret' | 'ConfigMap' | 'ServiceAccount', name: string, rest: object = {}) =>
  (stage: Stage) =>
    stage.place.namespace.create(`v1 ${kind}`, name, rest);

const withoutKey = create('Secret', 'db', { stringData: { user: 'shop' } });
const unconfigured = waits(/^CreateContainerConfigError$/);

export const missing: readonly VerdictCase[] = [
  {
    id: 'secret-missing',
    how: 'envFrom a Secret that does not exist',
    fault: {
      rule: 'MissingObject',
      says: /Secret \S+\/db does not exist/,
      grace: 30_000,
      proof: unconfigured,
      base: (stage) => [deployment(stage)],
      objects: fromSecret,
    },
    twin: {
      how: 'made after 20 s',
      base: (stage) => [deployment(stage)],
      objects: fromSecret,
      recovery: { after: 20_000, mend: create('Secret', 'db') },
    },
  },
  {
    id: 'secret-promised',
    how: 'an ExternalSecret of the chart names the Secret, and nobody makes it',
    fault: {
      rule: 'MissingObject',
      says: /Secret \S+\/db does not exist/,
      grace: 180_000,
      proof: unconfigured,
      before: serveExternalSecrets,
      objects: fromPromise,
    },
    twin: {
      how: 'made after 20 s',
      before: serveExternalSecrets,
      objects: fromPromise,
      recovery: { after: 20_000, mend: create('Secret', 'db') },
    },
  },
  {
    id: 'configmap-missing',
    how: 'a volume of a ConfigMap that does not exist',
    fault: {
      rule: 'MissingObject',
      says: /ConfigMap \S+\/settings does not exist/,
      grace: 30_000,
      proof: event('FailedMount', /configmap "settings" not found/),
      objects: fromConfigMap,
    },
    twin: {
      how: 'made after 20 s',
      objects: fromConfigMap,
      recovery: { after: 20_000, mend: create('ConfigMap', 'settings') },
    },
  },
  {
    id: 'key-missing',
    how: 'a key that the Secret has not',
    fault: {
      rule: 'MissingObject',
      says: /key password of Secret \S+\/db does not exist/,
      grace: 30_000,
      proof: unconfigured,
      before: withoutKey,
      objects: fromKey,
    },
    twin: {
      how: 'added after 10 s',
      before: withoutKey,
      objects: fromKey,
      recovery: {
        after: 10_000,
        mend: ({ place }) => place.namespace.patch('v1 Secret', 'db', { stringData: { password: 'x' } }),
      },
    },
  },
  {
    id: 'serviceaccount-missing',
    how: 'serviceAccountName that does not exist',
    fault: {
      rule: 'MissingObject',
      says: /ServiceAccount \S+\/robot does not exist/,
      grace: 30_000,
      proof: refused(/serviceaccount "robot" not found/),
      objects: asRobot,
    },
    twin: {
      how: 'made after 10 s',
      objects: asRobot,
      recovery: { after: 10_000, mend: create('ServiceAccount', 'robot') },
    },
  },
];
