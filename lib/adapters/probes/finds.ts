import { createContext, Script } from 'node:vm';
import type { Finds } from '../../domain/checks/text-match.ts';
import { ProbeFailure } from '../../ports/probes.ts';

/** A sane pattern needs a few milliseconds for 64 KiB. */
const patience = 250;

const search = new Script('pattern.test(text)');
const sandbox: { pattern?: RegExp; text?: string } = createContext({});

/** Whether a pattern is found; a timer cannot end a search that blocks, but Node's vm can. */
export const finds: Finds = (pattern, text) => {
  Object.assign(sandbox, { pattern, text });
  try {
    return search.runInContext(sandbox, { timeout: patience }) === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const message = `${String(pattern)} searched for ${patience} ms`;
    throw new ProbeFailure('body', 'ESLOWPATTERN', message, { cause: error });
  }
};
