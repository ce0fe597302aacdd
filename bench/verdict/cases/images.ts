/** Images that are not there, not given, or not to be had just now. */
import { fickle, repositoryOf } from '../case.ts';
import type { Stage, Twin, VerdictCase } from '../case.ts';
import { daemonSet, deployment } from '../objects.ts';
import { ended, pullFails, waits } from '../proofs.ts';
import type { Mood } from '../registry-process.ts';

const healthy = (stage: Stage) => [deployment(stage)];

/** Fails in this way for a while; then everybody can have it. */
const passing = (mood: Mood, after: number): Pick<Twin, 'how' | 'objects' | 'recovery'> => ({
  how: `${mood} for ${after / 1_000} s`,
  objects: async (stage) => [deployment(stage, { image: await fickle(stage, mood) })],
  recovery: { after, since: pullFails, mend: (stage) => stage.registry.mend(repositoryOf(stage)) },
});

const withSecret = { pod: { imagePullSecrets: [{ name: 'pull' }] } };

function pullSecret({ place, registry }: Stage): Promise<unknown> {
  const config = { auths: { [registry.address]: { username: 'any', password: 'one' } } };
  return place.namespace.create('v1 Secret', 'pull', {
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') },
  });
}

/** A pod that runs the image has it pulled. */
const load = async (stage: Stage): Promise<unknown> =>
  stage.place.namespace.create('v1 Pod', 'loader', {
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [{ name: 'loader', image: await fickle(stage, 'open'), args: ['job'] }],
    },
  });

const neverPulled = async (stage: Stage) => [
  deployment(stage, {
    image: await fickle(stage, 'open'),
    container: { imagePullPolicy: 'Never' },
  }),
];

/** An ELF header of a machine that nobody has: no emulation runs it. What the kernel said is in the log alone. */
const ofAnotherPlatform = async (stage: Stage) => {
  const program = Buffer.alloc(4_096);
  Buffer.from('7f454c4602010100', 'hex').copy(program);
  program.writeUInt16LE(2, 16);
  program.writeUInt16LE(0xfff0, 18);
  return [
    deployment(stage, {
      image: await fickle(stage, 'open', { program }),
      container: { terminationMessagePolicy: 'FallbackToLogsOnError' },
    }),
  ];
};

export const images: readonly VerdictCase[] = [
  {
    id: 'image-absent',
    how: 'the tag was deleted after the plan: 404 to the node and to us',
    fault: {
      rule: 'ImageNotPulled',
      says: /does not have .*\/service:v1/,
      grace: 'terminal',
      proof: pullFails,
      base: healthy,
      objects: async (stage) => [deployment(stage, { image: await fickle(stage, 'absent') })],
    },
    twin: { ...passing('unavailable', 15_000), base: healthy },
  },
  {
    id: 'image-not-on-mirror',
    how: '404 to the node, while the registry has it for us',
    fault: {
      rule: 'ImageNotPulled',
      says: /the node was told that .* has no .*, which it has now/,
      grace: 180_000,
      proof: pullFails,
      objects: async (stage) => [
        deployment(stage, { image: await fickle(stage, 'absent', { apart: true }) }),
      ],
    },
    twin: {
      how: 'the mirror has it after 40 s',
      objects: async (stage) => [
        deployment(stage, { image: await fickle(stage, 'absent', { apart: true }) }),
      ],
      recovery: { after: 40_000, mend: (stage) => stage.registry.mend(repositoryOf(stage)) },
    },
  },
  {
    id: 'image-denied',
    how: '403 to the pull secret',
    fault: {
      rule: 'ImageNotPulled',
      says: /denies .* to the pull secret/,
      grace: 'terminal',
      proof: pullFails,
      before: pullSecret,
      objects: async (stage) => [
        deployment(stage, { image: await fickle(stage, 'denied', { login: true }), ...withSecret }),
      ],
    },
    twin: { ...passing('denied', 15_000), how: 'no pull secret, 403 for 15 s' },
  },
  {
    id: 'image-name-invalid',
    how: 'capitals in the name',
    fault: {
      rule: 'InvalidImageName',
      says: /Shop\/Service/,
      grace: 'terminal',
      proof: waits(/^InvalidImageName$/),
      objects: (stage) => [
        deployment(stage, { image: stage.service.replace('shop/service', 'Shop/Service') }),
      ],
    },
    twin: { how: 'a valid name', objects: (stage) => [deployment(stage)] },
  },
  {
    id: 'registry-unavailable',
    how: '503 to the node',
    fault: {
      rule: 'ImageNotPulled',
      says: /503/,
      grace: 180_000,
      proof: pullFails,
      objects: async (stage) => [deployment(stage, { image: await fickle(stage, 'unavailable') })],
    },
    twin: passing('unavailable', 40_000),
  },
  {
    id: 'registry-unreachable',
    how: 'nobody listens at its address',
    fault: {
      rule: 'ImageNotPulled',
      says: /connection refused/,
      grace: 180_000,
      proof: pullFails,
      base: healthy,
      objects: (stage) => [deployment(stage, { image: '127.0.0.1:1/shop/service:v1' })],
    },
    twin: { ...passing('cut', 15_000), base: healthy },
  },
  {
    id: 'image-never-pulled',
    how: 'imagePullPolicy Never, and the node has it not',
    fault: {
      rule: 'ImageNotPulled',
      says: /never pulled/,
      grace: 30_000,
      proof: waits(/^ErrImageNeverPull$/),
      objects: neverPulled,
    },
    twin: {
      how: 'loaded after 10 s',
      objects: neverPulled,
      recovery: { after: 10_000, mend: load },
    },
  },
  {
    id: 'image-of-another-platform',
    how: 'its executable is for another processor, its manifest does not say so',
    fault: {
      rule: 'CannotRun',
      says: /exec format error/,
      grace: 'terminal',
      proof: ended(2),
      objects: ofAnotherPlatform,
    },
    twin: { how: 'for this one', objects: (stage) => [deployment(stage)] },
  },
  {
    id: 'daemonset-image-absent',
    how: 'a DaemonSet whose image is 404',
    fault: {
      rule: 'ImageNotPulled',
      says: /does not have .*\/service:v1/,
      grace: 'terminal',
      proof: pullFails,
      base: (stage) => [daemonSet(stage)],
      objects: async (stage) => [daemonSet(stage, { image: await fickle(stage, 'absent') })],
    },
    twin: {
      ...passing('unavailable', 15_000),
      base: (stage) => [daemonSet(stage)],
      objects: async (stage) => [daemonSet(stage, { image: await fickle(stage, 'unavailable') })],
    },
  },
];
