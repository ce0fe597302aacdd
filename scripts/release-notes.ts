/** `node scripts/release-notes.ts v1.2.3`: that version's part of CHANGELOG.md, for the release workflow. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { notesOf } from './changelog.ts';

const tag = process.argv[2] ?? '';
const version = tag.replace(/^v/, '');
const root = resolve(import.meta.dirname, '..');
const declared = (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string })
  .version;
const notes = notesOf(readFileSync(resolve(root, 'CHANGELOG.md'), 'utf8'), version);

if (declared !== version)
  fail(`package.json says ${declared}; do: npm version ${version} --no-git-tag-version`);
else if (notes === undefined) fail(`CHANGELOG.md has nothing under ## [${version}]`);
else console.log(notes);

function fail(message: string): void {
  console.error(`release-notes ${tag}: ${message}`);
  process.exitCode = 1;
}
