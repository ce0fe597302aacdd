/** Real helms, a namespace of its own in the real cluster, and charts written on the spot. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { helmCli } from '../../../lib/adapters/helm/client.ts';
import { releaseHistory } from '../../../lib/adapters/helm/history.ts';
import { kubeClient } from '../../../lib/adapters/kubernetes/client.ts';
import { connectionTo } from '../../../lib/adapters/kubernetes/kubeconfig.ts';
import type { Chart } from '../../../lib/domain/chart.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { Helm, ReleaseHistory, ReleaseIntent } from '../../../lib/ports/helm.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Command, Exit } from '../../../lib/ports/process.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import { findTool } from '../../../sandbox/tools.ts';

const pathOf = async (name: 'helm3' | 'helm4'): Promise<string> => {
  const path = await findTool(name);
  if (path === undefined) throw new Error(`${name} is not built: npm run sandbox -- tools helm3 helm4`);
  return path;
};

/** For describe.each: what the major is called, and where it is. */
export const helms: readonly (readonly [name: string, program: string])[] = [
  ['Helm 3', await pathOf('helm3')],
  ['Helm 4', await pathOf('helm4')],
];

const base = { PATH: process.env['PATH'], HOME: tmpdir() };

/** A runner whose environment would lead any helm astray that believed it. */
export const spawn = processSpawn({
  ...base,
  HELM_KUBEAPISERVER: 'http://127.0.0.1:1',
  HELM_KUBETOKEN: 'wrong',
  HELM_NAMESPACE: 'elsewhere',
  HELM_KUBECONTEXT: 'elsewhere',
  HELM_DEBUG: 'true',
});

/** A folder that goes at the end. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'slipway-helm-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes files below a folder and returns it. */
export function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A chart that renders the templates given; its name is the folder's last part. */
export const chartFolder = (folder: string, templates: Readonly<Record<string, string>>, more = ''): string =>
  write(folder, {
    'Chart.yaml': `apiVersion: v2\nname: ${folder.split('/').at(-1)}\nversion: 1.2.3\nappVersion: "4.5"\n${more}`,
    ...templates,
  });

export const configMap = {
  'values.yaml': 'color: red\nbig: 12345678901234567890\n',
  'templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {color: {{ .Values.color | quote }}}\n',
};

export interface Lab extends AsyncDisposable {
  readonly helm: Helm;
  readonly history: ReleaseHistory;
  readonly kube: Kube;
  readonly namespace: string;
  readonly path: string;
  readonly kubeconfig: string;
  /** Every command line that was started. */
  readonly commands: (readonly string[])[];
  chart(templates: Readonly<Record<string, string>>, more?: string): Promise<Chart>;
  intent(chart: Chart, values?: object, change?: Partial<ReleaseIntent>): ReleaseIntent;
  /** The same helm, told everything as a person would: not through the port. */
  raw(...argv: string[]): Promise<Exit>;
}

let labs = 0;

/** `release` is the release's name in `intent`. */
export async function openLab(program: string, release = 'shop'): Promise<Lab> {
  const { kubeconfig } = sandboxEnv();
  const folder = scratch();
  const namespace = `helm-${process.pid}-${Date.now().toString(36)}-${labs++}`;
  const mask = (): void => {};
  const kube = kubeClient(
    connectionTo({ kind: 'file', path: kubeconfig }, { clock: systemClock, proxy: {}, mask }),
    {
      userAgent: 'slipway-test',
      clock: systemClock,
      debug: () => {},
    },
  );
  const namespaces = builtInType({ apiVersion: 'v1', kind: 'Namespace' });
  if (namespaces === undefined) throw new Error('no Namespace kind');
  await kube.create(namespaces, '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });

  const commands: (readonly string[])[] = [];
  const recording = (command: Command, ...rest: never[]): Promise<Exit> => {
    commands.push(command.argv);
    return spawn(command, ...rest);
  };
  const home = { path: join(folder.path, 'home'), kubeconfig };
  const helm = helmCli(recording as typeof spawn, { home, workspace: folder.path, program });
  let files = 0;
  return {
    helm,
    history: releaseHistory(kube, undefined),
    kube,
    namespace,
    path: folder.path,
    kubeconfig,
    commands,
    chart: (templates, more) =>
      helm.chart(
        { kind: 'path', path: chartFolder(join(folder.path, `chart${files++}`, 'shop'), templates, more) },
        {},
        { dependencyUpdate: false },
      ),
    intent(chart, values = {}, change = {}) {
      const file = join(folder.path, `values${files++}.yaml`);
      writeFileSync(file, JSON.stringify(values));
      return {
        release: { name: release, namespace },
        chart,
        valuesFiles: [file],
        createNamespace: false,
        takeOwnership: false,
        forceConflicts: false,
        skipCrds: false,
        wait: 'none',
        timeout: 60_000,
        extraArgs: [],
        ...change,
      };
    },
    raw: (...argv) =>
      processSpawn(base)({ argv: [program, ...argv, '-n', namespace], env: { KUBECONFIG: kubeconfig } }),
    async [Symbol.asyncDispose]() {
      await kube.delete(namespaces, '', namespace);
      kube.close();
      folder[Symbol.dispose]();
    },
  };
}
