import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Layout } from './layout.ts';

/** What the supervisor says about the parts, in a file that every command may read. */
export interface Status {
  ready: boolean;
  parts: PartStatus[];
}

export interface PartStatus {
  name: string;
  state: 'starting' | 'ready' | 'ended';
  /** From the supervisor's start. */
  readyAfterMs?: number;
  restarts: number;
  /** How it ended last, when it did. */
  lastEnd?: string;
}

export function writeStatus(paths: Layout, status: Status): void {
  writeFileSync(`${paths.parts}.new`, JSON.stringify(status));
  renameSync(`${paths.parts}.new`, paths.parts);
}

export function readStatus(paths: Layout): Status | undefined {
  return readJson(paths.parts) as Status | undefined;
}

/** A JSON file of ours, which appears in one piece or not at all. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
