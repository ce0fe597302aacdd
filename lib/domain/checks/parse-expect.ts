/** What an author expects of an answer. */
import { parseDuration } from '../duration.ts';
import { isMap } from './fields.ts';
import type { Fields } from './fields.ts';
import { parseJsonPath } from './json-path.ts';
import { readMatch } from './text-match.ts';
import type { HttpExpectation, LatencyCheck } from './types.ts';

const keys = ['status', 'headers', 'body', 'json', 'certificate-valid-for'];
const anySuccess = [[200, 299]] as const;

/** Nothing expected means any 2xx. */
export function readExpectation(check: Fields): HttpExpectation {
  const expect = check.nested('expect', keys);
  if (expect === undefined) return { status: anySuccess, headers: [], body: [], json: [] };
  const validFor = expect.has('certificate-valid-for')
    ? { certificateValidFor: expect.duration('certificate-valid-for', 0) }
    : {};
  return {
    status: readStatus(expect),
    headers: expect.entries('headers').flatMap(([name, value]) => {
      const match = readMatch(value);
      if (typeof match !== 'string') return [{ name: name.toLowerCase(), match }];
      expect.fault(`headers.${name}`, match);
      return [];
    }),
    body: expect.list('body').flatMap((value) => {
      const match = readMatch(value);
      if (typeof match !== 'string') return [match];
      expect.fault('body', match);
      return [];
    }),
    json: expect.entries('json').map(([path, equals]) => {
      if (parseJsonPath(path) === undefined)
        expect.fault('json', 'is no path: write $.name, $.items[0].id or $["x y"]', JSON.stringify(path));
      return { path, equals };
    }),
    ...validFor,
  };
}

/** `200`, `2xx`, `[200, 204]`. */
function readStatus(expect: Fields): HttpExpectation['status'] {
  if (!expect.has('status')) return anySuccess;
  if (expect.list('status').length === 0) expect.fault('status', 'names no code: 200, 2xx, [200, 204]');
  return expect.list('status').flatMap((value) => {
    const [, hundreds] = /^([1-5])xx$/.exec(String(value)) ?? [];
    if (hundreds !== undefined) return [[Number(hundreds) * 100, Number(hundreds) * 100 + 99] as const];
    const code = Number(value);
    if (Number.isInteger(code) && code >= 100 && code <= 599) return [[code, code] as const];
    expect.fault('status', 'must be a code or a class: 200, 2xx, [200, 204]', JSON.stringify(value));
    return [];
  });
}

/** `{p95: 300ms, requests: 100, rate: 20/s}`. */
export function readLatency(check: Fields): LatencyCheck | undefined {
  if (!check.has('latency')) return undefined;
  const map = check.raw('latency');
  const percentiles = isMap(map) ? Object.keys(map).filter((key) => /^p\d+(\.\d+)?$/.test(key)) : [];
  const latency = check.nested('latency', [...percentiles, 'requests', 'rate']);
  const [percentile] = percentiles;
  if (latency === undefined || !isMap(map)) return undefined;
  if (percentile === undefined || percentiles.length > 1) {
    check.fault('latency', 'needs just one percentile with its bound: p95: 300ms');
    return undefined;
  }
  const value = Number(percentile.slice(1));
  if (value <= 0 || value > 100) latency.fault(percentile, 'must be above p0 and at most p100', percentile);
  const bound = latency.text(percentile);
  const below = parseDuration(bound);
  if (below === undefined || below === 0)
    latency.fault(percentile, 'must be a duration: 300ms, 1s', JSON.stringify(bound));
  const [, rate] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(latency.text('rate', '10/s')) ?? [];
  if (rate === undefined || Number(rate) <= 0 || Number(rate) > 1_000)
    latency.fault('rate', 'must be requests per second, above 0 and at most 1000: 20/s');
  return {
    percentile: value,
    below: below ?? 0,
    requests: latency.integer('requests', 100, { min: 1, max: 10_000 }),
    rate: Number(rate ?? 1),
  };
}
