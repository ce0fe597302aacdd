// What a team would write instead, and nothing more: node fetch-checks.mjs <url> <checks> [close]
// JavaScript, for plain `fetch` must not pay for the stripping of types.
const [url, count, connection] = process.argv.slice(2);
const concurrency = 4;
const options = connection === undefined ? {} : { headers: { connection } };

let next = 0;
let failed = 0;

async function lane() {
  while (next < Number(count)) {
    const answer = await fetch(`${url}/checks/${next++}`, options);
    const { status } = await answer.json();
    if (answer.status !== 200 || status !== 'ok') failed++;
  }
}

await Promise.all(Array.from({ length: concurrency }, lane));
console.log(`${count} checks, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
