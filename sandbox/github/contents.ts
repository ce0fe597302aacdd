import { createHash } from 'node:crypto';
import { notFound, ok } from './call.ts';
import type { Answer, Call } from './call.ts';

/** From this size on GitHub gives a file without its content. */
const mostBytes = 1024 * 1024;

/** What lies at a path of the default branch: a file with its content, or the list of a folder; the root always is one. */
export function getContent(call: Call): Answer {
  const { repository, path } = call;
  const asked = String(path['path']);
  const text = repository.files[asked];
  if (text !== undefined) return ok(showFile(call, asked, text));
  const below = asked === '' ? '' : `${asked}/`;
  const names = Object.keys(repository.files)
    .filter((file) => file.startsWith(below))
    .map((file) => file.slice(below.length).split('/'));
  if (names.length === 0 && asked !== '') return notFound();
  const kinds = new Map(names.map(([name = '', ...more]) => [name, more.length > 0 ? 'dir' : 'file']));
  return ok([...kinds].map(([name, type]) => ({ type, ...place(call, `${below}${name}`) })));
}

function showFile(call: Call, path: string, text: string): object {
  const bytes = Buffer.from(text);
  const fits = bytes.length <= mostBytes;
  return {
    type: 'file',
    ...place(call, path),
    size: bytes.length,
    encoding: fits ? 'base64' : 'none',
    // Broken into lines, as GitHub sends it.
    content: fits ? bytes.toString('base64').replaceAll(/.{60}/g, '$&\n') : '',
  };
}

function place({ base, repository }: Call, path: string): object {
  const sha = createHash('sha1').update(path).digest('hex');
  const url = `${base}/repos/${repository.name}/contents/${path}`;
  const git = `${base}/repos/${repository.name}/git/blobs/${sha}`;
  const html = `${base}/${repository.name}/blob/main/${path}`;
  return {
    name: path.split('/').at(-1) ?? '',
    path,
    sha,
    size: 0,
    url,
    git_url: git,
    html_url: html,
    download_url: `${base}/${repository.name}/raw/main/${path}`,
    _links: { self: url, git, html },
  };
}
