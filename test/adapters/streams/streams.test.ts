import { expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { TargetError } from '../../../lib/domain/errors.ts';
import { decrypted, encrypted } from '../../../lib/adapters/streams/age.ts';
import { counted } from '../../../lib/adapters/streams/counted.ts';
import { compressed, decompressed, zstdArgv } from '../../../lib/adapters/streams/zstd.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { collect, from } from '../../support/bytes.ts';

/** No zstd on this PATH: Node's own must do. */
const options = { level: 3, threads: 1, spawn: processStreams({ PATH: '/nowhere' }) };

/** Bytes that do not compress to nothing. */
async function* noise(chunks: number): AsyncGenerator<Uint8Array> {
  let state = 7;
  for (let i = 0; i < chunks; i++) {
    const chunk = Buffer.alloc(65_536);
    for (let at = 0; at < chunk.length; at += 2) {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
      chunk.writeUInt8(state >> 23, at);
    }
    yield chunk;
  }
}

test('an account is of every byte that passed, and only whole', async () => {
  const hop = counted(from('one', 'two'));
  expect(() => hop.account()).toThrow('not ended');
  expect(String(await collect(hop.bytes))).toBe('onetwo');
  expect(hop.account()).toEqual({
    bytes: 6,
    sha256: '25b6746d5172ed6352966a013d93ac846e1110d5a25e8f183b5931f4688842a1',
  });
});

test('a stream that broke off has no account', async () => {
  const hop = counted(from('one', new Error('cut')));
  await expect(collect(hop.bytes)).rejects.toThrow('cut');
  expect(() => hop.account()).toThrow('not ended');
});

test('what is compressed comes back, nothing too', async () => {
  for (const chunks of [0, 1, 200]) {
    const whole = await collect(noise(chunks));
    const small = await collect(compressed(noise(chunks), options));
    expect((await collect(decompressed(from(small)))).equals(whole)).toBe(true);
    if (chunks > 0) expect(small.length).toBeLessThan(whole.length);
  }
});

test.each([0.1, 0.5, 0.99, 0.9999])('compressed bytes cut at %f are an error', async (share) => {
  const small = await collect(compressed(noise(40), options));
  const cut = small.subarray(0, Math.floor(small.length * share));
  await expect(collect(decompressed(from(cut)))).rejects.toThrow();
});

test('a flipped byte is an error', async () => {
  const small = await collect(compressed(noise(40), options));
  const at = Math.floor(small.length / 2);
  small.writeUInt8(small.readUInt8(at) ^ 1, at);
  await expect(collect(decompressed(from(small)))).rejects.toThrow();
});

test('what the source throws comes out of every hop unchanged', async () => {
  const cut = new Error('cut');
  const recipient = await identityToRecipient(await generateX25519Identity());
  await expect(collect(compressed(from('one', cut), options))).rejects.toBe(cut);
  await expect(collect(decompressed(from(cut)))).rejects.toBe(cut);
  await expect(collect(encrypted(from('one', cut), [recipient]))).rejects.toBe(cut);
});

test('leaving a hop early closes its source', async () => {
  const recipient = await identityToRecipient(await generateX25519Identity());
  const hops = [
    (bytes: AsyncIterable<Uint8Array>) => counted(bytes).bytes,
    (bytes: AsyncIterable<Uint8Array>) => compressed(bytes, options),
    (bytes: AsyncIterable<Uint8Array>) => encrypted(bytes, [recipient]),
  ];
  for (const hop of hops) {
    let closed: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (closed = resolve));
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* noise(1);
      } finally {
        closed();
      }
    }
    for await (const _ of hop(endless())) break;
    await over;
  }
});

test('any of the recipients opens it, another cannot', async () => {
  const [one, two, other] = await Promise.all([1, 2, 3].map(() => generateX25519Identity()));
  const recipients = await Promise.all([one, two].map((identity) => identityToRecipient(identity ?? '')));
  const whole = await collect(noise(5));
  const sealed = await collect(encrypted(noise(5), recipients));
  for (const identity of [one, two])
    expect((await collect(decrypted(from(sealed), [identity ?? '']))).equals(whole)).toBe(true);
  await expect(collect(decrypted(from(sealed), [other ?? '']))).rejects.toThrow(TargetError);
});

test('encrypted bytes cut anywhere, also at the end of a chunk, are an error', async () => {
  const identity = await generateX25519Identity();
  const sealed = await collect(encrypted(noise(3), [await identityToRecipient(identity)]));
  const lastChunk = 65_536 + 16;
  for (const cut of [sealed.length - 1, sealed.length - lastChunk, sealed.length - lastChunk - 1, 10])
    await expect(collect(decrypted(from(sealed.subarray(0, cut)), [identity]))).rejects.toThrow();
});

test('encrypting for nobody is refused', async () => {
  await expect(collect(encrypted(from('x'), []))).rejects.toThrow('for nobody');
});

test.each([
  [3, 4, ['-3', '-T4', '-B1MiB']],
  [9, 4, ['-9', '-T2', '-B1MiB']],
  [9, 1, ['-9', '-T1', '-B1MiB']],
  [19, 4, ['-19', '--single-thread']],
])(
  'the program is asked for a checksum and, at level %i with %i cores, for what memory allows',
  (...asked) => {
    const [level, threads, flags] = asked;
    expect(zstdArgv({ level, threads })).toEqual(['zstd', '--quiet', '--stdout', '--check', ...flags]);
  },
);
