import { expect, test } from '@jest/globals';
import { checkPlatform } from '../../lib/runtime/platform.ts';

const host = {
  platform: 'linux',
  arch: 'x64',
  node: '24.21.0',
  env: {},
  write: () => undefined,
  exit: async () => undefined,
};
const proxy = { env: { HTTPS_PROXY: 'http://proxy:3128' } };

test.each([{}, { arch: 'arm64' }, { node: '26.0.0' }, proxy, { node: '24.4.1' }])('%j is fine', (other) => {
  expect(() => checkPlatform({ ...host, ...other })).not.toThrow();
});

test.each([
  [{ platform: 'win32' }, 'this runner is win32/x64 with Node 24.21.0'],
  [{ arch: 'arm' }, 'this runner is linux/arm with Node 24.21.0'],
  [{ node: '20.19.0' }, 'this runner is linux/x64 with Node 20.19.0'],
  [{ node: '24.4.1', ...proxy }, 'a proxy is set, and Node 24.4.1 cannot use it'],
])('%j is refused', (other, message) => {
  expect(() => checkPlatform({ ...host, ...other })).toThrow(message);
});
