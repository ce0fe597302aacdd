import { createHash } from 'node:crypto';
import { load } from 'js-yaml';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { Fault } from '../../../lib/domain/errors.ts';
import type { Files } from '../../../lib/ports/files.ts';
import type { Inputs } from '../inputs.ts';

/** What the author wrote as values: files first, then inline, as Helm will merge them. */
export interface Authored {
  readonly texts: readonly string[];
  /** As far as we can read them; Helm has the last word. */
  readonly values: readonly unknown[];
}

/** Reads the values files. Throws ConfigurationError naming each that is not there. */
export async function authoredValues({ values, valuesFiles }: Inputs, files: Files): Promise<Authored> {
  const read = await Promise.all(valuesFiles.map((path) => files.read(path)));
  const faults = valuesFiles.flatMap((path, i): Fault[] =>
    read[i] === undefined
      ? [
          {
            input: 'values-files',
            value: path,
            problem: 'no such file; paths start at the workspace (is actions/checkout before this step?)',
          },
        ]
      : [],
  );
  if (faults.length > 0) throw new ConfigurationError(faults);
  const texts = [...read, values].map((text) => text ?? '').filter((text) => text !== '');
  return { texts, values: texts.map(asYaml) };
}

function asYaml(text: string): unknown {
  try {
    return load(text);
  } catch {
    return undefined;
  }
}

/**
 * The values files in the order that helm merges them: the author's own, then inline values, then images. Ours
 * are 0600 files, so no value ever reaches a command line.
 */
export async function writeValues(
  { values, valuesFiles }: Inputs,
  { texts }: Authored,
  images: Readonly<Record<string, unknown>>,
  files: Files,
): Promise<{ files: string[]; hash: string }> {
  const placed = Object.keys(images).length === 0 ? '' : JSON.stringify(images);
  const ours = [['values.yaml', values] as const, ['images.json', placed] as const].filter(
    ([, text]) => text !== '',
  );
  const written = await Promise.all(ours.map(([name, text]) => files.writePrivate(name, text)));
  const hash = createHash('sha256');
  for (const text of [...texts, placed]) hash.update(text).update('\0');
  return { files: [...valuesFiles, ...written], hash: hash.digest('hex') };
}
