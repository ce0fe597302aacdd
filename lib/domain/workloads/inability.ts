/** Containers whose executable cannot be run, read from what runc, containerd and shells say. */
import { lastEnd } from './crashes.ts';
import type { ContainerState, ContainerStatus } from './pod-status.ts';

export interface Inability {
  readonly words: string;
  /** The executable or folder that is missing; empty where nothing says which. */
  readonly path: string;
}

const runtimeReasons = /^(?:StartError|ContainerCannotRun)$/;
const waitingReasons = /^(?:RunContainerError|CreateContainerError|CrashLoopBackOff)$/;

/** Only while it is down: one that runs has got over it, for now. */
export function inabilityOf(status: ContainerStatus): Inability | undefined {
  const { waiting, terminated } = status.state ?? {};
  if (status.ready || (waiting === undefined && terminated === undefined)) return undefined;
  if (waiting !== undefined && !waitingReasons.test(waiting.reason ?? '')) return undefined;
  return inabilityIn(lastEnd(status), waiting?.message);
}

/** Its last run ended for that reason: a script that calls what is not there runs for a moment before it says so. */
export const wasUnable = (status: ContainerStatus): boolean => inabilityIn(lastEnd(status)) !== undefined;

/** Exit 128 with another message is its node's trouble (krane#819). */
function inabilityIn(end: ContainerState['terminated'], waiting = ''): Inability | undefined {
  const words = isRuntimes(end) ? (end?.message ?? '') : waiting;
  const path = missingPath(words);
  if (path !== undefined) return { words, path };
  if (end?.exitCode !== 126 && end?.exitCode !== 127) return undefined;
  const what = end.exitCode === 127 ? 'command not found' : 'command cannot be executed';
  const last = end.message === undefined || end.message === '' ? '' : `: ${end.message}`;
  return { words: `exit ${end.exitCode} (${what})${last}`, path: '' };
}

/** What is of another platform is only found out after the start: in the log, and here where the message falls back to it. */
const isRuntimes = (end: ContainerState['terminated']): boolean =>
  runtimeReasons.test(end?.reason ?? '') || (end?.message ?? '').includes('exec format error');

/** An executable, a working folder, or the lack of any command. */
function missingPath(message: string): string | undefined {
  const found =
    /exec: "([^"]+)"|exec (\S+): exec format error|chdir to cwd \("([^"]+)"\)|(no command specified)/.exec(
      message,
    );
  return found?.slice(1).find((part) => part !== undefined);
}
