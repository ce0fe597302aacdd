import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { configMap, helms, openLab } from './lab.ts';
import type { Lab } from './lab.ts';

describe.each(helms)('%s', (name, program) => {
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await openLab(program);
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });
  const opened = (): Lab => {
    if (lab === undefined) throw new Error('no lab');
    return lab;
  };

  test.each([
    [
      'a value that the chart requires',
      { 'templates/x.yaml': '{{ required "image is needed" .Values.image }}' },
      /image is needed \(shop\/templates\/x\.yaml:1:3\)/,
    ],
    [
      'a template',
      { 'templates/x.yaml': 'a: {{ .Values.a.b.c }}' },
      /nil pointer.*\(shop\/templates\/x\.yaml:1:13\)/,
    ],
    [
      'YAML',
      { 'templates/x.yaml': 'a:\n  b: c\n d: [' },
      /shop\/templates\/x\.yaml renders to something that is not YAML/,
    ],
    [
      'a kind',
      { 'templates/x.yaml': 'apiVersion: foo.example/v1\nkind: Foo\nmetadata: {name: x}' },
      /does not know Foo in foo\.example\/v1/,
    ],
    [
      'the schema',
      { 'values.schema.json': '{"type":"object","required":["image"]}', ...configMap },
      /do not fit the chart's schema/,
    ],
  ])('%s that is wrong is found while rendering', async (_, files, message) => {
    const lab = opened();
    await expect(lab.helm.render(lab.intent(await lab.chart(files)))).rejects.toMatchObject({
      name: 'TargetError',
      message: expect.stringMatching(message),
    });
  });

  test('an input that this helm does not have is refused by name', async () => {
    const lab = opened();
    const forced = lab.intent(await lab.chart(configMap), {}, { forceConflicts: true });
    const rendered = lab.helm.render(forced);
    await (name === 'Helm 3'
      ? expect(rendered).rejects.toMatchObject({ faults: [{ input: 'force-conflicts' }] })
      : expect(rendered).resolves.toMatchObject({ status: 'pending-install' }));
  });
});
