import { join } from 'node:path';
import { parseSlipwayFile } from '../domain/environments/parse-file.ts';
import type { SlipwayFile } from '../domain/environments/types.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Files } from '../ports/files.ts';

export interface ReadFile {
  readonly file: SlipwayFile;
  /** As it stands there. */
  readonly text: string;
}

/**
 * What `.github/slipway.yml`, or the file that input `file` names, says; undefined where it is not there. Throws
 * ConfigurationError with every fault of it.
 */
export async function readSlipwayFile(
  path: string,
  { files, workspace }: { readonly files: Pick<Files, 'read'>; readonly workspace: string },
): Promise<ReadFile | undefined> {
  const text = await textOf(path, join(workspace, path), files);
  if (text === undefined) return undefined;
  const { file, faults } = parseSlipwayFile(text, path);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return { file, text };
}

async function textOf(path: string, file: string, files: Pick<Files, 'read'>): Promise<string | undefined> {
  try {
    return await files.read(file);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EISDIR' ? 'is a folder' : 'cannot be read';
    throw new ConfigurationError([{ input: 'file', value: JSON.stringify(path), problem: why }], { cause });
  }
}
