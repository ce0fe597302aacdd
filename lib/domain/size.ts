const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `104.9 MB`: decimal units, as registries count. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}
