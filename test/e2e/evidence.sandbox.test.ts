/** What a failed release leaves behind to read, on a real kubelet. */
import { expect, test } from '@jest/globals';
import type { Evidence } from '../../lib/domain/evidence/types.ts';
import { chartCopy } from './support/charts.ts';
import { minimalRole } from './support/identity.ts';
import { release, serviceImage } from './support/release.ts';
import type { Ending, With } from './support/step.ts';

const evidenceOf = ({ report }: Ending): Evidence =>
  (report.data as { readonly evidence: Evidence }).evidence;

/** Called as soon as every pod has crashed twice. */
const strict = { 'fail-fast': 'strict' };
const upgrade = async (values: object): Promise<With> => ({
  ...strict,
  images: `image=${(await serviceImage('v2')).pinned}`,
  values,
});

test.concurrent('a release that crashes at start ends with all that shows why', async () => {
  await using shop = await release();
  await shop.deploy();

  const failed = await shop.deploy(await upgrade({ faults: { FAULT_CRASH_AT_START: '7' } }));

  expect(failed).toMatchObject({ result: 'failure', exit: 1 });
  expect(failed.reason).toContain('undone: revision 3 brings back revision 1');
  const { name } = shop.namespace;
  const [v1, v2] = [shop.image.pinned, (await serviceImage('v2')).pinned];
  const { failures, missing } = evidenceOf(failed);
  expect(missing).toEqual([]);
  expect(failures).toEqual([
    {
      subject: `Deployment ${name}/shop`,
      rule: 'CrashLoop',
      cause: expect.stringMatching(/^pod shop-\S+ container shop: crashed \d times: exit 7 \(Error\)/),
      remedy: expect.stringContaining('log'),
      alike: [],
      owners: [
        `Deployment ${name}/shop`,
        expect.stringMatching(/^ReplicaSet \S+\/shop-\w+$/),
        expect.stringMatching(/^Pod \S+\/shop-\w+-\w+$/),
      ],
      containers: [
        expect.objectContaining({
          name: 'shop',
          image: v2,
          last: expect.stringContaining('exit 7 (Error) at 2'),
        }),
      ],
      events: expect.arrayContaining([
        expect.objectContaining({ reason: 'BackOff', count: expect.any(Number), first: expect.any(String) }),
      ]),
      logs: expect.arrayContaining([
        expect.objectContaining({
          container: 'shop',
          ended: 'exit 7 (Error)',
          lines: expect.arrayContaining([expect.stringContaining('fault: crash at start with exit code 7')]),
        }),
      ]),
      changes: [
        `container shop: image ${v1} → ${v2}`,
        'container shop: env: new FAULT_CRASH_AT_START; changed IMAGE',
      ],
    },
  ]);

  // Where people look: the log, the summary, the file to upload.
  for (const text of [failed.log, failed.summary, failed.evidence]) {
    expect(text).toContain('fault: crash at start with exit code 7');
    expect(text).toContain(v2);
  }
  expect(failed.evidence).toMatch(/^# shop \S+ in \S+: why it did not hold\n/);
  expect(failed.log.indexOf('Evidence: Deployment')).toBeLessThan(
    failed.log.indexOf('going back to revision 1'),
  );
});

const password = 'tulip-7319-Kx/quoted&escaped';

test.concurrent('what the chart’s Secrets hold is shown nowhere, though the pod says it', async () => {
  await using shop = await release();
  const chart = await chartCopy('shop', shop.folder, (text, path) => {
    if (path === 'values.schema.json') return undefined;
    if (path === 'templates/deployment.yaml')
      return text.replace(
        'imagePullPolicy:',
        'terminationMessagePolicy: FallbackToLogsOnError\n          imagePullPolicy:',
      );
    if (path === 'templates/configmap.yaml') return `${text}\n---\n${secretTemplate}`;
    return text;
  });
  await shop.deploy({ chart, values: { password } });

  // Read as an exit code, refused, and quoted: on its log, and so in its last words.
  const misused = { password, faults: { FAULT_CRASH_AT_START: password } };
  const started = await shop.start({ chart, ...(await upgrade(misused)) }, [
    password,
    encodeURIComponent(password),
  ]);
  const failed = await started.ended;

  expect(failed).toMatchObject({ result: 'failure', exit: 1 });
  expect(failed.reason).toContain('FAULT_CRASH_AT_START="***": give an exit code');
  expect(evidenceOf(failed).failures[0]?.logs[0]?.lines.at(-1)).toContain('FAULT_CRASH_AT_START="***"');
  expect((await shop.history())[1]?.description).toContain('***');
});

const secretTemplate = `
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-password}
stringData: {password: {{ .Values.password | quote }}}
`;

test.concurrent('without leave to read events and logs: the rest, and what is missing', async () => {
  await using shop = await release();
  const withheld = (resource: string): boolean => ['events', 'pods/log'].includes(resource);
  const rules = minimalRole().map((rule) => ({
    ...rule,
    resources: rule.resources.filter((resource) => !withheld(resource)),
  }));
  await shop.namespace.patch('rbac.authorization.k8s.io/v1 Role', 'deployer', {
    rules: rules.filter(({ resources }) => resources.length > 0),
  });
  await shop.deploy();

  const failed = await shop.deploy(await upgrade({ faults: { FAULT_CRASH_AT_START: '7' } }));

  expect(failed).toMatchObject({ result: 'failure', exit: 1 });
  expect(failed.reason).toContain('undone: revision 3 brings back revision 1');
  const { failures, missing } = evidenceOf(failed);
  expect(failures).toMatchObject([
    {
      logs: [],
      events: [],
      owners: [{}, {}, {}],
      changes: expect.arrayContaining([expect.stringContaining('image')]),
    },
  ]);
  expect(missing).toEqual([
    expect.stringMatching(/^Events in \S+ could not be seen: .*forbidden/),
    expect.stringMatching(/^logs may not be read: .*forbidden/),
  ]);
  expect(failed.summary).toContain('Evidence that could not be had');
});
