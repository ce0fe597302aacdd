/** How many bytes a second: `20MB/s`, `50MiB/s`. */

const units: Readonly<Record<string, number>> = {
  'kB/s': 1_000,
  'MB/s': 1_000_000,
  'GB/s': 1_000_000_000,
  'KiB/s': 1_024,
  'MiB/s': 1_024 ** 2,
  'GiB/s': 1_024 ** 3,
};
const forms = '20MB/s, 50MiB/s';

/** Slower, a dump would hold its snapshot open for days, and the server could not tidy up behind it. */
const least = 100_000;

export type ReadThroughput =
  | { readonly kind: 'read'; readonly bytesPerSecond: number }
  | { readonly kind: 'wrong'; readonly problem: string };

export function readThroughput(text: string): ReadThroughput {
  const wrong = (problem: string): ReadThroughput => ({ kind: 'wrong', problem });
  const [, amount = '', given = ''] = /^(\d+(?:\.\d+)?)\s*(.*)$/.exec(text) ?? [];
  if (amount === '') return wrong(`must be ${forms}`);
  if (given === '') return wrong(`give a unit: ${amount}MB/s`);
  const size = units[given === 'KB/s' ? 'kB/s' : given];
  if (size === undefined) return wrong(adviceFor(amount, given));
  const bytesPerSecond = Math.round(Number(amount) * size);
  return bytesPerSecond < least ? wrong('must be at least 100kB/s') : { kind: 'read', bytesPerSecond };
}

function adviceFor(amount: string, given: string): string {
  const [, prefix = '', binary = '', rest = ''] = /^([kKmMgG]?)(i?)(.*)$/.exec(given) ?? [];
  const letter = binary === 'i' ? prefix.toUpperCase() : prefix === 'k' ? 'k' : prefix.toUpperCase();
  if (/^(bits?|bps)\b/.test(rest))
    return `counts bytes, not bits: ${Number(amount) / 8}${prefix.toUpperCase()}B/s`;
  return /^[bB]?(ps|\/s|\/sec|\/second)?$/.test(rest) && prefix !== ''
    ? `write ${amount}${letter === 'K' && binary === '' ? 'k' : letter}${binary}B/s`
    : `must be ${forms}`;
}
