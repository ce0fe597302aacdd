/** Reads GITHUB_OUTPUT and GITHUB_STATE as the runner does: `name=value` or `name<<delimiter`. Throws on anything else. */
export function parseCommandFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '') continue;
    const heredoc = /^([^=<]+)<<(.+)$/.exec(line);
    if (heredoc === null) {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`the runner cannot read: ${line}`);
      values[name] = value ?? '';
      continue;
    }
    const end = lines.indexOf(heredoc[2] ?? '', i + 1);
    if (end < 0) throw new Error(`delimiter never comes: ${line}`);
    values[heredoc[1] ?? ''] = lines.slice(i + 1, end).join('\n');
    i = end;
  }
  return values;
}

/** The log as shown: from an add-mask on, its value and (as the runner does) each of its lines are `***`. */
export function applyMasks(raw: string): string {
  const masks: string[] = [];
  let stopped: string | undefined;
  const shown: string[] = [];
  for (const line of raw.split('\n')) {
    if (stopped === undefined && line.startsWith('::add-mask::')) {
      const value = unescape(line.slice('::add-mask::'.length));
      masks.push(...[value, ...value.split(/\r?\n/)].filter((part) => part !== ''));
      continue;
    }
    if (stopped === undefined && line.startsWith('::stop-commands::'))
      stopped = line.slice('::stop-commands::'.length);
    else if (line === `::${stopped}::`) stopped = undefined;
    shown.push(
      masks.sort((a, b) => b.length - a.length).reduce((text, mask) => text.replaceAll(mask, '***'), line),
    );
  }
  return shown.join('\n');
}

const unescape = (text: string): string =>
  text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
