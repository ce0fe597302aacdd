import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sandboxEnv } from '../../sandbox/client.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { sandboxCommand } from './command.ts';

test('a second up finds the first one and changes nothing', async () => {
  const before = sandboxEnv();
  const { code, stderr } = await sandboxCommand(['up']).ended;
  expect(code).toBe(0);
  expect(stderr).toContain('is up');
  expect(sandboxEnv()).toEqual(before);
});

test('env is shell that a shell can read', async () => {
  const { stdout } = await sandboxCommand(['env']).ended;
  const script = `${stdout}\nprintf '%s\\n' "$KUBECONFIG" "$SLIPWAY_REGISTRY" "$SLIPWAY_NODE_PORTS"`;
  const [kubeconfig, registry, ports] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n');
  const { nodePorts, ...sandbox } = sandboxEnv();
  expect(kubeconfig).toBe(sandbox.kubeconfig);
  expect(registry).toBe(sandbox.registry);
  expect(ports).toBe(`${nodePorts[0]}-${nodePorts.at(-1)}`);
});

test('status names every part as ready', async () => {
  const { code, stdout } = await sandboxCommand(['status']).ended;
  expect(code).toBe(0);
  expect(stdout.match(/ ready /g)).toHaveLength(8);
});

test('logs prints what a part has said', async () => {
  const { code, stdout } = await sandboxCommand(['logs', 'etcd']).ended;
  expect(code).toBe(0);
  expect(stdout).toContain('"caller":"');
});

test('logs of a part that does not exist name those that do', async () => {
  expect(await sandboxCommand(['logs', 'kubelets']).ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('kube-apiserver'),
  });
});

test.each(['kubeconfig', 'certificateKubeconfig'] as const)(
  'the %s makes an administrator',
  async (which) => {
    const { kubectl } = await ensureTools(['kubectl']);
    const args = ['--kubeconfig', sandboxEnv()[which], 'auth', 'can-i', '*', '*'];
    expect(execFileSync(kubectl, args, { encoding: 'utf8' }).trim()).toBe('yes');
  },
);

test('what asks the API server is in the audit log by its user agent', async () => {
  const { apiUrl, adminToken, auditLog, kubeconfig } = sandboxEnv();
  const { kubectl } = await ensureTools(['kubectl']);
  const path = `/api/v1/namespaces/default/configmaps/asked-${process.pid}`;
  expect(apiUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(() =>
    execFileSync(kubectl, ['--kubeconfig', kubeconfig, 'get', '--raw', path], { stdio: 'ignore' }),
  ).toThrow();
  const line =
    readFileSync(auditLog, 'utf8')
      .split('\n')
      .find((each) => each.includes(path)) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    userAgent: expect.stringContaining('kubectl'),
    responseStatus: { code: 404 },
  });
  expect(line).not.toContain(adminToken);
});

test('a sandbox that is not up says how to bring it up', () => {
  const nowhere = { SLIPWAY_SANDBOX_DIR: join(tmpdir(), 'slipway-nowhere') };
  expect(() => sandboxEnv(nowhere)).toThrow('npm run sandbox -- up');
});
