/** Names of files that are not finished: marked as ours, hidden, beside the file that they will become. */
import { basename, dirname, join } from 'node:path';

const form = /^\.slipway-[0-9a-f-]{8,}-(.+)\.part$/;

export const unfinishedName = (path: string, mark: string): string =>
  join(dirname(path), `.slipway-${mark}-${basename(path)}.part`);

/** The name of the file that it was to become; undefined for any other file. */
export const finishedName = (name: string): string | undefined => form.exec(name)?.[1];
