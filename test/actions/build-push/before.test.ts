/** What is refused or called out before anything is built. */
import { describe, expect, test } from '@jest/globals';
import { Workshop } from './memory.ts';

describe('what is missing on the runner is said before anything is built', () => {
  test.each([
    ['scan-command', 'trivy image {ref}', 'trivy', 'is not on PATH'],
    ['verify-command', './test.sh {ref}', './test.sh', 'may it be run'],
  ])('%s', async (input, command, program, problem) => {
    const shop = new Workshop();
    shop.programs = () => false;
    const error = await shop.build({ [input]: command }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      faults: [{ input, value: program, problem: expect.stringContaining(problem) }],
    });
    expect(shop.built).toEqual([]);
  });

  test('a script that the build itself puts out is not looked for', async () => {
    const shop = new Workshop();
    shop.programs = () => false;
    const given = { outputs: 'type=local,dest=out', 'verify-command': './out/test.sh {ref}' };
    expect(await shop.build(given)).toMatchObject({ result: 'success' });
  });

  test('cosign', async () => {
    const shop = new Workshop();
    shop.cosign = () => Promise.reject(new Error('cosign is not on PATH'));
    await expect(shop.build({ sign: 'true' })).rejects.toThrow('cosign is not on PATH');
    expect(shop.built).toEqual([]);
  });
});

test('a tag that names another commit than the one that is checked out is refused', async () => {
  const shop = new Workshop();
  const error = await shop.build({ tags: `sha-${'0'.repeat(40)}` }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    faults: [{ input: 'tags', problem: expect.stringContaining(shop.commit.sha) }],
  });
  expect(await shop.build({ tags: `sha-${shop.commit.sha.slice(0, 12)}` })).toMatchObject({
    result: 'success',
  });
});

test('a series that a pattern makes immutable is called out', async () => {
  const shop = new Workshop();
  await shop.build({ tags: 'v{version}\nv{major}\n{major}', version: '1.4.2' });
  const warned = shop.said.filter((line) => line.includes('never moves again'));
  expect(warned).toEqual([expect.stringMatching(/:v1 .*write \{major\}/)]);
});
