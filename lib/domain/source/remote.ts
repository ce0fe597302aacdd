/** What a build is made from that is not on this disk, and whether its name says for good what it holds. */
export type Remote =
  | { readonly kind: 'git'; readonly url: string; readonly pinned: boolean }
  | { readonly kind: 'http'; readonly url: string };

/**
 * A URL that BuildKit fetches itself, as a context or as a source of ADD; undefined for a path. Over http(s) it is a
 * repository only where the path ends in `.git`. Pinned = by a full commit, in the fragment or as `?commit=`.
 */
export function readRemote(text: string): Remote | undefined {
  const [address = '', fragment = ''] = text.split('#', 2);
  const [path = '', query = ''] = address.split('?', 2);
  const isHttp = /^https?:\/\//.test(text);
  if (isHttp && !path.endsWith('.git')) return { kind: 'http', url: text };
  const isGit = isHttp || /^(git|ssh):\/\//.test(text) || /^[A-Za-z0-9_.-]+@[^/:]+:/.test(text);
  if (!isGit && !text.startsWith('github.com/')) return undefined;
  const commit = /(?:^|&)(?:commit|checksum|ref)=([0-9a-f]+)(?:&|$)/.exec(query)?.[1];
  return { kind: 'git', url: text, pinned: isCommit(fragment.split(':')[0]) || isCommit(commit) };
}

const isCommit = (text: string | undefined): boolean =>
  text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
