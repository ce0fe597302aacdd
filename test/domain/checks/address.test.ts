import { expect, test } from '@jest/globals';
import { parseAddress } from '../../../lib/domain/checks/address.ts';

test.each<[text: string, address: ReturnType<typeof parseAddress>]>([
  ['10.0.0.7', { host: '10.0.0.7' }],
  ['10.0.0.7:8443', { host: '10.0.0.7', port: 8443 }],
  ['shop-0.shop', { host: 'shop-0.shop' }],
  ['localhost:80', { host: 'localhost', port: 80 }],
  ['[fd00::1]:8443', { host: 'fd00::1', port: 8443 }],
  ['[::1]', { host: '::1' }],
  // What looks like a port is the last part of the address.
  ['fd00::1:2', { host: 'fd00::1:2' }],
  ['2001:db8:0:0:0:0:0:1', { host: '2001:db8:0:0:0:0:0:1' }],
  ['::ffff:10.0.0.7', { host: '::ffff:10.0.0.7' }],
  ['shop:0', undefined],
  ['shop:65536', undefined],
  ['shop:', undefined],
  ['shop:http', undefined],
  [':80', undefined],
  ['https://shop', undefined],
  ['shop/health', undefined],
  ['user@shop:80', undefined],
  ['two words', undefined],
  ['', undefined],
])('%s', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});
