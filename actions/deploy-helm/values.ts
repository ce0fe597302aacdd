import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { Inputs } from './inputs.ts';

/**
 * The values files in the order that helm merges them: the author's own, then inline values, then images.
 * Ours are 0600 files, so no value ever reaches a command line.
 */
export async function writeValues(
  inputs: Pick<Inputs, 'values' | 'valuesFiles'>,
  images: Readonly<Record<string, unknown>>,
  files: Files,
): Promise<{ files: string[]; hash: string }> {
  const texts = await Promise.all(inputs.valuesFiles.map((path) => files.read(path)));
  const faults = inputs.valuesFiles.flatMap((path, i): Fault[] =>
    texts[i] === undefined
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

  const ours = [
    ['values.yaml', inputs.values],
    ['images.json', Object.keys(images).length === 0 ? '' : JSON.stringify(images)],
  ] as const;
  const given = ours.filter(([, text]) => text !== '');
  const written = await Promise.all(given.map(([name, text]) => files.writePrivate(name, text)));
  const hash = createHash('sha256');
  for (const text of [...texts, ...given.map(([, text]) => text)]) hash.update(text ?? '').update('\0');
  return { files: [...inputs.valuesFiles, ...written], hash: hash.digest('hex') };
}
