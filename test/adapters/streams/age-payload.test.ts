/** Our payload against the library's own, both ways: the sizes at which chunks begin and end. */
import { expect, test } from '@jest/globals';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { decrypted, encrypted } from '../../../lib/adapters/streams/age.ts';
import { chunksOf, collect } from '../../support/bytes.ts';

const chunk = 65_536;
const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1, 300 * chunk];
const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

const bytesOf = (size: number): Buffer => Buffer.alloc(size, 'all that a chunk holds, ');

const opened = (bytes: Uint8Array, piece = 10_007): Promise<Buffer> =>
  collect(decrypted(chunksOf(bytes, piece), [identity]));

test.each(sizes)('%i bytes: the library opens what we sealed', async (size) => {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const file = await collect(encrypted(chunksOf(bytesOf(size), 10_007), [recipient]));
  expect(bytesOf(size).equals(await decrypter.decrypt(file))).toBe(true);
});

test.each(sizes)('%i bytes: we open what the library sealed, in whatever pieces it comes', async (size) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt(bytesOf(size));
  for (const piece of size > 3 * chunk ? [chunk] : [1 + size / 50, chunk, 1_000_000])
    expect((await opened(file, Math.ceil(piece))).equals(bytesOf(size))).toBe(true);
});

test('cut, lengthened, changed or with two chunks in each other’s place: an error', async () => {
  const whole = await collect(encrypted(chunksOf(bytesOf(3 * chunk + 5), chunk), [recipient]));
  const sealedChunk = chunk + 16;
  const payload = whole.length - 3 * sealedChunk - 21;
  const [head, first, second] = [
    whole.subarray(0, payload),
    whole.subarray(payload, payload + sealedChunk),
    whole.subarray(payload + sealedChunk, payload + 2 * sealedChunk),
  ];
  const swapped = Buffer.concat([head, second, first, whole.subarray(payload + 2 * sealedChunk)]);
  const lengths = [payload, payload + 1, payload + sealedChunk, whole.length - 21, whole.length - 1];
  const faulty = [swapped, Buffer.concat([whole, whole]), Buffer.concat([whole, Buffer.alloc(1)])];
  for (const bytes of [...lengths.map((length) => whole.subarray(0, length)), ...faulty])
    await expect(opened(bytes)).rejects.toThrow('cut or changed');
  for (const at of [payload, payload + 100_000, whole.length - 1]) {
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    await expect(opened(changed)).rejects.toThrow('cut or changed');
  }
});

test('a header that is no header, or that was changed, is an error', async () => {
  const whole = await collect(encrypted(chunksOf(bytesOf(9), 9), [recipient]));
  await expect(opened(bytesOf(500))).rejects.toThrow('no age file');
  await expect(opened(whole.subarray(0, 60))).rejects.toThrow('no age file');
  const changed = Buffer.from(whole);
  changed.write('X', changed.indexOf('--- ') + 6);
  await expect(opened(changed)).rejects.toThrow();
});

test('no two files have the same key', async () => {
  const files = await Promise.all([1, 2].map(() => collect(encrypted(chunksOf(bytesOf(9), 9), [recipient]))));
  expect(files[0]?.subarray(-25).equals(files[1]?.subarray(-25) ?? Buffer.alloc(0))).toBe(false);
});
