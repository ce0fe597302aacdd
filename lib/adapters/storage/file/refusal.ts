import { TargetError } from '../../../domain/errors.ts';

type Remedy = (folder: string) => string;

const noRoom: Remedy = (folder) =>
  `make room on the file system of ${folder}, then back up again; nothing was left there`;

/** What the system's word means for somebody who keeps backups there. */
const remedies: Readonly<Record<string, Remedy>> = {
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EACCES: (folder) => `let the runner's user write to ${folder}`,
  EPERM: (folder) =>
    `let the runner's user write to ${folder}; its file system must know hard links, so that nothing is overwritten`,
  ENOTSUP: (folder) => `the file system of ${folder} must know hard links, so that nothing is overwritten`,
  EROFS: (folder) => `${folder} is mounted read-only`,
  ENOTDIR: (folder) => `a part of ${folder} is a file, not a directory`,
  EEXIST: (folder) => `a part of ${folder} is a file, not a directory`,
  EIO: (folder) => `the disk under ${folder} is failing: have it checked`,
  EFBIG: (folder) => `the file system of ${folder} does not take files of that size`,
};

/** The error to throw for what the system refused; others are passed as they are. */
export function refusalOf(place: string, doing: string, folder: string, error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const remedy = remedies[code];
  if (remedy === undefined) return error as Error;
  return new TargetError(
    `${place} did not ${doing}: ${code}`,
    {
      subject: folder,
      remedy: remedy(folder),
      details: [['answered', message]],
    },
    { cause: error },
  );
}
