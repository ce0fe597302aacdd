import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where built tools and bundles are kept between runs and work trees: one folder per kind. */
export const cacheFolder = (kind: string): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway', kind);
