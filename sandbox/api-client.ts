import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { Layout } from './layout.ts';

/** The few questions that the sandbox itself asks its API server. */
export interface ApiClient {
  /** The object, or undefined when it is not there or nobody answers. */
  get<T>(path: string): Promise<T | undefined>;
  answers(path: string): Promise<boolean>;
}

/** Made before the API server runs; reads its credentials at the first question. */
export function apiClient(paths: Pick<Layout, 'ca' | 'adminToken'>, port: number): ApiClient {
  let agent: Agent | undefined;
  const ask = (path: string): Promise<string | undefined> =>
    new Promise((done) => {
      agent ??= new Agent({ keepAlive: true, ca: readFileSync(paths.ca) });
      const headers = {
        authorization: `Bearer ${readFileSync(paths.adminToken, 'utf8')}`,
        'user-agent': 'slipway-sandbox',
      };
      const asked = request({ host: '127.0.0.1', port, path, agent, headers, timeout: 2000 }, (response) => {
        let body = '';
        response.on('data', (text) => (body += String(text)));
        response.on('error', () => done(undefined));
        response.on('end', () => done(response.statusCode === 200 ? body : undefined));
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => done(undefined));
      asked.end();
    });
  return {
    async get<T>(path: string) {
      const body = await ask(path);
      return body === undefined ? undefined : (JSON.parse(body) as T);
    },
    answers: async (path) => (await ask(path)) !== undefined,
  };
}
