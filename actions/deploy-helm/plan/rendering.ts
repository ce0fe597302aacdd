import type { Chart } from '../../../lib/domain/chart.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { mergeValues } from '../../../lib/domain/helm/values.ts';
import { placeImages } from '../../../lib/domain/images/place.ts';
import type { Files } from '../../../lib/ports/files.ts';
import type { Helm, HelmRelease, ReleaseIntent } from '../../../lib/ports/helm.ts';
import type { Inputs } from '../inputs.ts';
import { writeValues } from './values.ts';
import type { Authored } from './values.ts';

export interface Rendered {
  readonly intent: ReleaseIntent;
  readonly valuesHash: string;
  readonly rendered: HelmRelease;
}

/** At the end of its scope a helm that still renders is ended: somebody else's fault has been told. */
export interface Rendering extends AsyncDisposable {
  readonly done: Promise<Rendered>;
}

interface Needs {
  readonly authored: Promise<Authored>;
  readonly chart: Promise<Chart>;
  /** Not waited for: a cluster that does not answer is told by our own client, in seconds, and then helm is ended. */
  readonly server: Promise<{ readonly gitVersion: string }>;
}

/** Has helm render the release beside the other questions of the preflight: they take about as long. */
export function beginRendering(
  inputs: Inputs,
  { authored, chart, server }: Needs,
  { helm, files, signal }: { helm: Helm; files: Files; signal: AbortSignal },
): Rendering {
  const over = new AbortController();
  const render = async (): Promise<Rendered> => {
    const [texts, found] = await Promise.all([authored, chart]);
    const values = await writeValues(inputs, texts, placed(inputs, found, texts), files);
    const intent = intentOf(inputs, found, values.files);
    const kubeVersion = server.then(({ gitVersion }) => gitVersion);
    kubeVersion.catch(() => undefined);
    const rendered = await helm.render(intent, {
      signal: AbortSignal.any([signal, over.signal]),
      kubeVersion,
    });
    return { intent, valuesHash: values.hash, rendered };
  };
  const done = render();
  const settled = done.then(
    () => undefined,
    () => undefined,
  );
  return {
    done,
    async [Symbol.asyncDispose]() {
      over.abort();
      await settled;
    },
  };
}

function placed(inputs: Inputs, chart: Chart, authored: Authored): Record<string, unknown> {
  const { overlay, faults } = placeImages(inputs.images, mergeValues(chart.defaults, ...authored.values));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return overlay;
}

const intentOf = (inputs: Inputs, chart: Chart, valuesFiles: readonly string[]): ReleaseIntent => ({
  release: inputs.release,
  chart,
  valuesFiles,
  createNamespace: inputs.createNamespace,
  historyMax: inputs.historyMax,
  takeOwnership: inputs.takeOwnership,
  forceConflicts: inputs.forceConflicts,
  skipCrds: inputs.crds === 'skip',
  wait: 'none',
  timeout: inputs.timeout,
  extraArgs: inputs.extraArgs,
});
