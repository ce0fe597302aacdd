import { expect, test } from '@jest/globals';
import { proxyFor } from '../../../lib/adapters/http/proxy.ts';

const through = (server: string, noProxy: string): string | undefined =>
  proxyFor(new URL(server), { HTTPS_PROXY: 'http://proxy.test:3128', NO_PROXY: noProxy })?.href;

test.each([
  ['https://api.example.com', '', true],
  ['https://api.example.com', 'other.com, api.example.com', false],
  ['https://api.example.com', 'example.com', false],
  ['https://api.example.com', '.example.com', false],
  ['https://api.example.com', '*.example.com', false],
  ['https://example.com', '.example.com', true],
  ['https://notexample.com', 'example.com', true],
  ['https://api.example.com:6443', 'example.com:6443', false],
  ['https://api.example.com:6443', 'example.com:443', true],
  ['https://api.example.com', 'EXAMPLE.com', false],
  ['https://api.example.com', '*', false],
  ['https://10.1.2.3:6443', '10.0.0.0/8', false],
  ['https://11.1.2.3:6443', '10.0.0.0/8', true],
  ['https://10.1.2.3:6443', '10.1.2.3', false],
  ['https://[fd00::1]:6443', 'fd00::/16', false],
  ['https://[fd00::1]:6443', 'fd00::1', false],
  ['https://127.0.0.1:6443', '', false],
  ['https://localhost', '', false],
  ['http://127.0.0.1:8001', '', false],
])('%s with NO_PROXY=%s goes through the proxy: %s', (server, noProxy, expected) => {
  expect(through(server, noProxy)).toBe(expected ? 'http://proxy.test:3128/' : undefined);
});

test('lower case counts too, a bare host means http, and no setting means direct', () => {
  const server = new URL('https://api.example.com');
  expect(proxyFor(server, { https_proxy: 'proxy:8080', no_proxy: '' })?.href).toBe('http://proxy:8080/');
  expect(proxyFor(server, { HTTPS_PROXY: 'http://p', no_proxy: 'example.com' })).toBeUndefined();
  expect(proxyFor(server, {})).toBeUndefined();
});
