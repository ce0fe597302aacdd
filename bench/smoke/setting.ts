import type { Service } from './service.ts';

/** What every measurement shares. */
export interface Setting {
  readonly service: Service;
  /** The script of smoke-test. */
  readonly entry: string;
  /** An empty home: no curlrc of the machine's owner. */
  readonly home: string;
}
