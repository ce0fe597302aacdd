/** Who asks the same questions, each in its own way. */
import { join } from 'node:path';
import { pinnedNode } from '../../test/support/node.ts';

/** How many checks each asks in a round. */
export const checkCount = 200;

export interface Lane {
  readonly id: string;
  readonly name: string;
  /** The program that asks the service at `url`; undefined for our action. */
  readonly program?: (url: string) => readonly string[];
}

const here = (file: string): string => join(import.meta.dirname, file);
const fetchChecks = [pinnedNode(), here('fetch-checks.mjs')];

export const lanes: readonly Lane[] = [
  { id: 'ours', name: 'smoke-test' },
  { id: 'fetch', name: 'plain fetch', program: (url) => [...fetchChecks, url, String(checkCount)] },
  {
    id: 'fetch-close',
    name: 'fetch, connection: close',
    program: (url) => [...fetchChecks, url, String(checkCount), 'close'],
  },
  {
    id: 'curl',
    name: 'curl and grep in a loop',
    program: (url) => ['bash', here('curl-checks.sh'), url, String(checkCount)],
  },
];

/** As an author writes them under `checks: |`. */
export const checksAt = (urls: readonly string[]): string =>
  urls.map((url) => `- http: ${url}\n  expect:\n    status: 200\n    json:\n      $.status: ok\n`).join('');

export const urlsOf = (url: string): string[] =>
  Array.from({ length: checkCount }, (_, check) => `${url}/checks/${check}`);
