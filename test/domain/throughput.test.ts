import { expect, test } from '@jest/globals';
import { readThroughput } from '../../lib/domain/throughput.ts';

test.each([
  ['20MB/s', 20_000_000],
  ['50MiB/s', 52_428_800],
  ['1.5GB/s', 1_500_000_000],
  ['2 GiB/s', 2_147_483_648],
  ['100kB/s', 100_000],
  ['100KB/s', 100_000],
  ['512KiB/s', 524_288],
])('%s is %i bytes a second', (text, bytesPerSecond) => {
  expect(readThroughput(text)).toEqual({ kind: 'read', bytesPerSecond });
});

test.each([
  ['20', /give a unit: 20MB\/s/],
  ['20MB', /write 20MB\/s/],
  ['20mb/s', /write 20MB\/s/],
  ['20M', /write 20MB\/s/],
  ['20m', /write 20MB\/s/],
  ['20MBps', /write 20MB\/s/],
  ['50Mi', /write 50MiB\/s/],
  ['50mib/sec', /write 50MiB\/s/],
  ['300k', /write 300kB\/s/],
  ['160Mbit/s', /counts bytes, not bits: 20MB\/s/],
  ['160Mbps', /counts bytes, not bits: 20MB\/s/],
  ['0MB/s', /at least 100kB\/s/],
  ['1kB/s', /at least 100kB\/s/],
  ['-5MB/s', /must be 20MB\/s/],
  ['fast', /must be 20MB\/s/],
  ['20B/s', /must be 20MB\/s/],
  ['20TB/s', /must be 20MB\/s/],
])('%j is refused', (text, problem) => {
  expect(readThroughput(text)).toEqual({ kind: 'wrong', problem: expect.stringMatching(problem) });
});
