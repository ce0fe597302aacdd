import { expect, test } from '@jest/globals';
import { likenessOf, podManifest } from '../../../lib/adapters/scratch/pod-manifest.ts';
import type { SourcePod } from '../../../lib/adapters/scratch/pod-manifest.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const source: SourcePod = {
  metadata: { name: 'pg-0', namespace: 'db' },
  spec: {
    containers: [
      { name: 'postgres', image: 'postgres:15', securityContext: { runAsUser: 999 } },
      { name: 'exporter', image: 'exporter:1' },
    ],
    securityContext: { runAsUser: 0, fsGroup: 999 },
    imagePullSecrets: [{ name: 'pull' }],
    tolerations: [{ key: 'db', operator: 'Exists' }],
    nodeSelector: { disk: 'ssd' },
  },
  status: { containerStatuses: [{ name: 'postgres', imageID: `docker.io/library/postgres@${digest}` }] },
};

test('the image of the database’s container by its digest, its user, and what lets it be pulled and scheduled', () => {
  expect(likenessOf(source, undefined, 'db')).toEqual({
    image: `docker.io/library/postgres@${digest}`,
    nonRoot: true,
    security: { runAsUser: 999, fsGroup: 999 },
    spec: {
      imagePullSecrets: source.spec.imagePullSecrets,
      tolerations: source.spec.tolerations,
      nodeSelector: source.spec.nodeSelector,
    },
  });
});

test('in another namespace its pull secrets are not there; an image id alone cannot be pulled', () => {
  const bare = { ...source, status: { containerStatuses: [{ name: 'postgres', imageID: digest }] } };
  const like = likenessOf(bare, 'postgres', 'drills');
  expect(like.image).toBe('postgres:15');
  expect(like.spec).not.toHaveProperty('imagePullSecrets');
  expect(likenessOf(source, 'exporter', 'db')).toMatchObject({ image: 'exporter:1', nonRoot: false });
});

const order = {
  name: 'slipway-scratch-1a2b3c4d',
  namespace: 'db',
  mark: '20261126t041500z-3600s',
  image: 'postgres:15',
  room: 1_000,
  memory: { bytes: 512, bounded: false },
  lifetime: 3_600_000,
  program: ['sh'],
  restricted: false,
};

test('it ends by itself, has no token, and asks the scheduler for its room', () => {
  expect(podManifest(order)).toMatchObject({
    metadata: { labels: { 'dev.slipway.scratch': order.mark } },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 3_600,
      automountServiceAccountToken: false,
      containers: [
        {
          resources: { requests: { 'ephemeral-storage': '1000', memory: '512', cpu: '100m' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'], add: ['SETUID', 'SETGID'] },
          },
        },
      ],
      volumes: [{ emptyDir: { sizeLimit: '1000' } }],
    },
  });
});

test('restricted, it is never root and may become nobody', () => {
  const manifest = podManifest({
    ...order,
    restricted: true,
    memory: { bytes: 512, bounded: true },
    cpu: 500,
  });
  expect(manifest).toMatchObject({
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          securityContext: { capabilities: { drop: ['ALL'] } },
          resources: { limits: { memory: '512', cpu: '500m' } },
        },
      ],
    },
  });
  expect(JSON.stringify(manifest)).not.toContain('SETUID');
});
