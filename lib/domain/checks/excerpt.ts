const longest = 500;

/** The beginning of what was answered, fit for a log: bounded, on few lines, control characters made visible. */
export function excerpt(text: string): string {
  const start = text.slice(0, longest + 1).trim();
  // eslint-disable-next-line no-control-regex
  const shown = start.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/g, '·');
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}
