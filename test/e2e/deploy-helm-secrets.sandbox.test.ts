import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { descendants } from '../support/process-tree.ts';
import { chartOf } from './support/charts.ts';
import { shipped } from './support/expected.ts';
import { release } from './support/release.ts';
import { majors } from './support/tools.ts';

/** A Secret of its own values, one that the API refuses, and a hook to be met on the way. */
const templates = {
  'values.yaml': 'password: ""\nold: ""\nbad: false\nwait: 0s\nimage: ""\n',
  'templates/secret.yaml': `
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {password: {{ .Values.password | quote }}}
data: {encoded: {{ .Values.password | b64enc | quote }}}
`,
  'templates/bad.yaml': `
{{- if .Values.bad }}
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-bad}
data: {password: {{ printf "not base64: %s" .Values.password | quote }}}
{{- end }}
`,
  'templates/hook.yaml': `
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-before
  annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: before-hook-creation}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - {name: before, image: {{ .Values.image }}, args: [job, --say, before, --for, {{ .Values.wait }}]}
`,
};

const first = 'tulip-7319-Kx"quoted\\and\\slashed';
const second = 'marigold-2048-Zq\nwith a second line';

test.concurrent.each(majors)(
  'secrets are in no log, summary, record, argument or file that others can read (%s)',
  async (helm) => {
    await using shop = await release({ helm });
    const chart = await chartOf('vault', shop.folder, templates);
    const secrets = [first, second, ...second.split('\n'), ...first.split('"')];
    const ship = (values: object, inputs: object = {}) =>
      shop.start({ chart, images: imageLine(shop), values, diff: 'full', ...inputs }, secrets);

    expect(await (await ship({ password: first })).ended).toMatchObject(shipped);

    const running = await ship({ password: second, old: first, wait: '4s' });
    await running.says('hook shop-before | before');
    expect(await readableByOthers(running.temp)).toEqual([]);
    expect(await commandLines(running.pid())).not.toMatch(/tulip|marigold/);
    const changed = await running.ended;

    expect(changed).toMatchObject(shipped);
    // That it changes is said, and nothing of what it is.
    expect(changed.summary).toContain('! Secret shop (+2 -2, values of encoded, password)');

    const refused = await (await ship({ password: second, bad: true })).ended;
    expect(refused).toMatchObject({ result: 'failure' });
  },
);

const imageLine = (shop: Awaited<ReturnType<typeof release>>): string => `image=${shop.image.pinned}`;

/** The step's folder is shut; what lies beside it is shut by itself. */
async function readableByOthers(temp: string): Promise<string[]> {
  const entries = (await readdir(temp)).filter((name) => name.startsWith('slipway-'));
  expect(entries.length).toBeGreaterThan(0);
  const modes = await Promise.all(
    entries.map(async (name) => ({ name, mode: (await stat(join(temp, name))).mode & 0o077 })),
  );
  const inside = await Promise.all(entries.map((name) => filesIn(join(temp, name))));
  const files = await Promise.all(
    inside.flat().map(async (file) => ({ name: file, mode: (await stat(file)).mode & 0o077 })),
  );
  return [...modes, ...files.filter(({ name }) => /values|images|kubeconfig|config/.test(name))]
    .filter(({ mode }) => mode !== 0)
    .map(({ name, mode }) => `${name} ${mode.toString(8)}`);
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name));

/** Of the step and all below it, as anybody on the machine may read them. */
async function commandLines(pid: number): Promise<string> {
  const lines = [pid, ...descendants(pid)].map((each) =>
    readFile(`/proc/${each}/cmdline`, 'utf8').catch(() => ''),
  );
  return (await Promise.all(lines)).join('\n');
}
