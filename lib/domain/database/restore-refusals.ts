/** What is wrong with a server that a backup is to be restored into, before anything is changed; all of it at once. */
import { formatBytes } from '../size.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { readProblem, readVersion, restoreProblem } from './versions.ts';
import type { Version } from './versions.ts';

export interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

/** A server as it was found. */
export interface TargetFacts {
  readonly facts: {
    readonly server: Version;
    readonly dumpTool: Version;
    readonly extensions: readonly { readonly name: string }[];
    readonly installable: readonly string[];
  };
  /** Bytes on the disk under its data; undefined where it cannot be learnt, and then nothing is held against it. */
  readonly free: number | undefined;
}

export function serverRefusals(manifest: BackupManifest, { facts, free }: TargetFacts): Refusal[] {
  return [
    ...versionRefusals(manifest, facts),
    ...extensionRefusals(manifest, facts),
    ...roomRefusals(manifest, free),
  ];
}

function versionRefusals(
  { id, engine, serverVersion, toolVersion, format }: BackupManifest,
  { server, dumpTool }: TargetFacts['facts'],
): Refusal[] {
  const [source, tool] = [serverVersion, toolVersion].map((text) => readVersion(engine, text));
  if (source === undefined || tool === undefined)
    return [
      {
        reason: `the manifest of ${id} names no version that can be read`,
        remedy: 'choose another backup',
      },
    ];
  const ofServer = restoreProblem({ tool, source }, server);
  const ofTool = toolProblem(dumpTool, tool, format);
  return [
    ...(ofServer === undefined
      ? []
      : [
          {
            reason: ofServer,
            remedy: 'restore into a server of the version that was dumped, or a newer one',
          },
        ]),
    ...(ofTool === undefined
      ? []
      : [
          {
            reason: ofTool,
            remedy: `have the server’s tools updated to ${tool.major}.${tool.minor} or newer`,
          },
        ]),
  ];
}

/**
 * Text is read by its letter, so a minor version counts; the form of an archive changes with the major one (pg_restore:
 * unsupported version in file header).
 */
const toolProblem = (
  restorer: Version,
  dumper: Version,
  format: BackupManifest['format'],
): string | undefined =>
  format === 'sql' || restorer.major < dumper.major ? readProblem(restorer, dumper) : undefined;

function extensionRefusals(
  { extensions }: BackupManifest,
  { installable, extensions: there }: TargetFacts['facts'],
): Refusal[] {
  const known = new Set([...installable, ...there.map(({ name }) => name)]);
  const missing = extensions.map(({ name }) => name).filter((name) => !known.has(name));
  if (missing.length === 0) return [];
  return [
    {
      reason: `the server does not have ${missing.length === 1 ? 'the extension' : 'the extensions'} ${missing.join(', ')}, which the dump needs`,
      remedy: 'install the package that brings it on the server, or use an image that has it',
    },
  ];
}

/**
 * How large the restored database is taken to be on its server's disk, in bytes: what it took where it was dumped,
 * indexes and all. Where that is not known, twice the dump: rows take more room on a disk than in it, and indexes come
 * on top. What a server needs beside it to work is not in it: `scratchRoom` adds that where the server is ours.
 */
export const restoredSize = ({ raw, databaseBytes }: BackupManifest): number =>
  databaseBytes ?? raw.bytes * 2;

function roomRefusals(manifest: BackupManifest, free: number | undefined): Refusal[] {
  const needed = restoredSize(manifest);
  if (free === undefined || free >= needed) return [];
  const why =
    manifest.databaseBytes === undefined
      ? `twice the dump's ${formatBytes(manifest.raw.bytes)}`
      : 'what it took where it was dumped';
  return [
    {
      reason: `the server's disk has ${formatBytes(free)} free, and the restore is taken to need ${formatBytes(needed)} (${why})`,
      remedy: 'make room on the server',
    },
  ];
}
