/** Where in a YAML text a path such as `environments.dev.targets[1].wave` stands. */
import { EVENT_ID, getScalarValue, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';

/** The line, from 1, of what a path names; of the nearest thing above it where that is not there (a key that is missing). */
export function lineFinder(text: string): (path: string) => number | undefined {
  const lines = linesByPath(text);
  return (path) => {
    for (let at = path; at !== ''; at = parent(at)) {
      const line = lines.get(at);
      if (line !== undefined) return line;
    }
    return undefined;
  };
}

const parent = (path: string): string => path.replace(/(^|\.)[^.[\]]+$|\[\d+\]$/, '');

/** One open map or list, and where in it we are. */
interface Open {
  readonly path: string;
  readonly kind: 'map' | 'list' | 'document';
  /** The key whose value comes next. */
  key: string | undefined;
  index: number;
}

function linesByPath(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const open: Open[] = [];
  const lineAt = lineCounter(text);
  for (const event of parseEvents(text, {})) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const into = open.at(-1);
    if (into?.kind === 'map' && into.key === undefined) {
      // A key that is no text (an alias, a map) is not ours; its value then goes by no name.
      into.key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : '?';
      const at = startOf(event);
      if (at !== undefined) found.set(under(into, into.key), lineAt(at));
      continue;
    }
    const path = into === undefined ? '' : placeIn(into);
    const at = startOf(event);
    if (at !== undefined && path !== '' && !found.has(path)) found.set(path, lineAt(at));
    if (event.type === EVENT_ID.DOCUMENT) open.push({ path: '', kind: 'document', key: undefined, index: 0 });
    if (event.type === EVENT_ID.MAPPING) open.push({ path, kind: 'map', key: undefined, index: 0 });
    if (event.type === EVENT_ID.SEQUENCE) open.push({ path, kind: 'list', key: undefined, index: 0 });
  }
  return found;
}

const under = ({ path }: Open, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The path of the value that comes next, which is counted as seen. */
function placeIn(into: Open): string {
  if (into.kind === 'list') return `${into.path}[${into.index++}]`;
  if (into.kind === 'document') return into.path;
  const path = under(into, into.key ?? '');
  into.key = undefined;
  return path;
}

function startOf(event: Event): number | undefined {
  if (event.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) return event.start;
  return undefined;
}

/** Events come in the order of the text, so each line break is looked at once. */
function lineCounter(text: string): (offset: number) => number {
  let [line, from] = [1, 0];
  return (offset) => {
    for (let at = text.indexOf('\n', from); at !== -1 && at < offset; at = text.indexOf('\n', from)) {
      line += 1;
      from = at + 1;
    }
    return line;
  };
}
