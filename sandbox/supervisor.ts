// Runs inside the sandbox's namespaces as the only child of pid 1 (sandbox/tools/hull): builds the network, starts every
// part as soon as what it needs answers, starts again what ends. When it ends itself, the kernel ends all the others.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { apiClient, type ApiClient } from './api-client.ts';
import { writeCredentials } from './credentials.ts';
import { layout, nodeName, pauseImage } from './layout.ts';
import { buildNetwork } from './network.ts';
import { writePartFiles } from './part-files.ts';
import * as parts from './parts.ts';
import type { Part } from './parts.ts';
import { readReport, type LaunchConfig } from './running.ts';
import { readJson, writeStatus, type PartStatus, type Status } from './status.ts';

const began = performance.now();
const paths = layout(process.argv[2] ?? '');
const config = readJson(paths.config) as LaunchConfig | undefined;
const report = readReport(paths);
if (!config || !report) throw new Error(`${paths.state} was not prepared by sandbox/launch.ts`);
const { tools } = config;
const apiPort = report.ports['api'] ?? 0;
const registryPort = report.ports['registry'] ?? 0;
const status: Status = { ready: false, parts: [] };
const save = () => writeStatus(paths, status);

/** Starts a part and keeps it running; resolves when it answers. */
async function run(part: Part, answers: () => Promise<boolean>): Promise<void> {
  const entry: PartStatus = { name: part.name, state: 'starting', restarts: 0 };
  status.parts.push(entry);
  save();
  start(part, entry);
  await until(answers);
  entry.state = 'ready';
  entry.readyAfterMs = Math.round(performance.now() - began);
  save();
}

function start(part: Part, entry: PartStatus): void {
  const log = openSync(join(paths.logs, `${part.name}.log`), 'a');
  const [program = '', ...args] = part.command;
  const child = spawn(program, args, {
    env: { ...process.env, ...part.env },
    stdio: ['ignore', log, log],
  });
  const again = (how: string) => {
    entry.state = 'ended';
    entry.lastEnd = how;
    entry.restarts += 1;
    save();
    setTimeout(() => {
      entry.state = entry.readyAfterMs === undefined ? 'starting' : 'ready';
      save();
      start(part, entry);
    }, 1000);
  };
  child.once('error', (error) => again(error.message));
  child.once('exit', (code, signal) => again(signal ? `killed by ${signal}` : `exited with ${code}`));
}

async function until(answers: () => Promise<boolean>): Promise<void> {
  while (!(await answers())) await sleep(50);
}

/** The pod sandbox's image is made here and never pulled. */
async function importPauseImage(): Promise<void> {
  const archive = join(paths.configs, 'pause.tar');
  const exec = promisify(execFile);
  await exec(tools.pause, ['pack', pauseImage, archive]);
  await exec('ctr', ['-a', parts.containerdSocket, '-n', 'k8s.io', 'images', 'import', archive]);
}

const settled = async (api: ApiClient): Promise<boolean> => {
  const node = await api.get<Node>(`/api/v1/nodes/${nodeName}`);
  const ready = node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (!ready || node?.spec.taints?.length) return false;
  return (await api.get('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined;
};

interface Node {
  spec: { taints?: unknown[] };
  status: { conditions?: { type: string; status: string }[] };
}

for (const directory of [paths.configs, paths.logs, paths.podLogs, paths.kubelet, '/run/slipway']) {
  mkdirSync(directory, { recursive: true });
}
buildNetwork([apiPort, registryPort]);
writeCredentials(paths, tools.hull, apiPort);
const settings: parts.Settings = {
  paths,
  kube: join(tools.kube, '..'),
  etcd: tools.etcd,
  registry: tools.registry,
  apiPort,
  registryPort,
  nodePorts: `${report.blockFrom}-${report.blockTo}`,
};
writePartFiles(settings);

const api = apiClient(paths, apiPort);
const healthz = (url: string) => () =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
const registered = async () => (await api.get(`/api/v1/nodes/${nodeName}`)) !== undefined;

const runtime = run(parts.containerd(settings), () => parts.accepts({ path: parts.containerdSocket }));
const store = run(parts.registry(settings), () => parts.accepts({ port: registryPort }));
await run(parts.etcd(settings), healthz('http://127.0.0.1:2379/health'));
await run(parts.apiserver(settings), () => api.answers('/readyz'));
await runtime;
await Promise.all([
  store,
  importPauseImage(),
  run(parts.controllerManager(settings), () => parts.accepts({ port: 10257 })),
  run(parts.scheduler(settings), () => parts.accepts({ port: 10259 })),
  run(parts.kubelet(settings), registered),
  run(parts.kubeProxy(settings), healthz('http://127.0.0.1:10256/healthz')),
]);
await until(() => settled(api));
status.ready = true;
save();
