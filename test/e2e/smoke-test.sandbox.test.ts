import { expect, test } from '@jest/globals';
import { allGone, descendants } from '../support/process-tree.ts';
import { shipped } from './support/expected.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { release, serviceImage } from './support/release.ts';
import type { Release } from './support/release.ts';
import { outputNamesOf } from './support/step.ts';
import type { With } from './support/step.ts';

/** Who may do what the README of smoke-test lists, and nothing else. */
async function tester(shop: Release): Promise<With> {
  const { kubeconfig } = await identityIn(shop.namespace, minimalRole('smoke-test'), 'tester');
  return { kubeconfig: Buffer.from(kubeconfig).toString('base64') };
}

const everyPod = (version: string): With => ({
  identity: `{url: /version, json: $.version, equals: ${version}, pods: {selector: app.kubernetes.io/instance=shop, port: 8080}}`,
});
const answers = '[{name: the shop answers, http: /version, via: "service/shop:80"}]';

const ofRelease = (wrong: Readonly<Record<string, string>> = {}) => ({
  values: { replicas: 2, faults: wrong },
  expects: 'smoke-test',
});

test.concurrent('what answers as asked is verified, by exactly the Role of the README', async () => {
  await using shop = await release();
  const { digest } = await serviceImage('v1');
  const deployed = await shop.deploy({
    ...ofRelease(),
    environment: 'production',
    'environment-url': 'https://shop.test',
  });
  expect(await shop.records()).toEqual(['#1 ready']);

  const smoke = await shop.smokeTest({
    ...(await tester(shop)),
    ...everyPod('v1'),
    record: deployed.outputs['record'] ?? '',
    checks: `[{name: answers, http: /version, via: "service/shop:80", expect: {json: {$.version: v1}}, latency: {p95: 2s, requests: 20, rate: 50/s}}, {name: runs the digest, pods: app.kubernetes.io/instance=shop, digest: "${digest}", at-least: 2}]`,
    suite: '{name: e2e, command: [node, -e, "process.exit(0)"]}',
  });

  expect(smoke).toMatchObject({
    result: 'success',
    exit: 0,
    reason: 'v1 answered 3 times in a row, 3 checks passed',
    outputs: { passed: '4', failed: '0' },
    record: { state: 'verified', verdicts: [{}, { name: 'smoke-test', outcome: 'pass' }] },
    post: { exit: 0, log: '' },
  });
  expect(await shop.records()).toEqual(['#1 verified']);
  expect(Object.keys(smoke.outputs).sort()).toEqual(await outputNamesOf('smoke-test'));
  expect(smoke.summary).toContain('is **verified**: an undo may go back to it');
  const told = shop.github.recorded.findLast(
    ({ operation }) => operation === 'repos/create-deployment-status',
  );
  expect(told?.body).toMatchObject({
    state: 'success',
    environment_url: 'https://shop.test',
    description: expect.stringContaining('#1 verified'),
  });
});

test.concurrent('ready and wrong: the old program behind a new tag is caught by its own word', async () => {
  await using shop = await release();
  await shop.deploy(ofRelease());
  const wrong = await shop.deploy({
    ...ofRelease({ FAULT_WRONG_VERSION: 'v1' }),
    images: `image=${(await serviceImage('v2')).pinned}`,
  });
  expect(wrong).toMatchObject(shipped);

  const smoke = await shop.smokeTest({
    ...(await tester(shop)),
    ...everyPod('v2'),
    record: wrong.outputs['record'] ?? '',
    checks: answers,
    timeout: '3s',
  });

  expect(smoke).toMatchObject({ result: 'failure', exit: 1, outputs: { passed: '0', failed: '1' } });
  expect(smoke.reason).toContain('still another one answers: $.version is v1, expected v2');
  expect(smoke.log).toContain('still another one answers');
  expect(smoke.summary).toContain('Not asked, because of it: `the shop answers`');
  expect(await shop.records()).toEqual(['#1 ready', '#2 ready']);
  expect(smoke.record?.verdicts).toContainEqual(
    expect.objectContaining({ name: 'smoke-test', outcome: 'fail' }),
  );
});

test.concurrent('ready and wrong: errors are caught by the checks, and secrets are nowhere', async () => {
  await using shop = await release();
  const deployed = await shop.deploy(ofRelease({ FAULT_ERROR_RATE: '1' }));
  const secret = 'petunia-6612-token';

  const smoke = await shop.smokeTest(
    {
      ...(await tester(shop)),
      record: deployed.outputs['record'] ?? '',
      checks: `[{name: answers, http: /version, via: "service/shop:80", headers: {authorization: "Bearer ${secret}"}}, {name: said, command: [echo, "${secret}"], output: nothing}]`,
      timeout: '2s',
    },
    [secret],
  );

  expect(smoke).toMatchObject({ result: 'failure', outputs: { failed: '2' } });
  expect(smoke.reason).toContain('status 500, expected 200-299');
  expect(smoke.summary).toContain('said: what it answered');
});

test.concurrent('a cluster out of reach is no answer, and nothing is called a failure', async () => {
  await using shop = await release();
  const gone = shop.identity.kubeconfig.replace(/"server":"[^"]+"/, '"server":"https://127.0.0.1:9"');

  const smoke = await shop.smokeTest({
    kubeconfig: Buffer.from(gone).toString('base64'),
    checks: '[{name: pods, pods: a=b}]',
    timeout: '3s',
  });

  expect(smoke).toMatchObject({ result: 'inconclusive', exit: 1 });

  // Nor is a typo: whoever undoes a release on `failure` would undo a good one.
  const mistaken = await shop.smokeTest({ checks: '[{htp: "http://127.0.0.1/"}]' });
  expect(mistaken).toMatchObject({
    result: 'inconclusive',
    exit: 1,
    reason: '1 input is wrong; nothing was changed',
  });
});

test.concurrent('cancelled or killed in the middle: nothing is left at work', async () => {
  await using shop = await release();
  await shop.deploy(ofRelease());
  const waiting = { ...everyPod('v9'), timeout: '60s', kubeconfig: (await tester(shop))['kubeconfig'] ?? '' };

  const cancelled = await shop.startAction('smoke-test', waiting);
  await cancelled.says('still another one answers');
  const children = descendants(cancelled.pid());
  expect(children.length).toBeGreaterThan(0);
  expect(await cancelled.cancel()).toMatchObject({ result: 'cancelled', exit: 1, post: { exit: 0 } });

  const killed = await shop.startAction('smoke-test', waiting);
  await killed.says('still another one answers');
  const orphans = descendants(killed.pid());
  process.kill(killed.pid(), 'SIGKILL');
  await killed.ended.catch(() => undefined);

  await allGone([...children, ...orphans]);
});
