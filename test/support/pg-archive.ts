const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
};
const text = (value: string | undefined): Buffer =>
  value === undefined ? int(-1) : Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);
const chunks = (...parts: string[]): Buffer => Buffer.concat([...parts.map(text), int(0)]);

interface Form {
  /** Of the archive's version 1. */
  readonly minor: number;
  /** 1 is -Fc. */
  readonly format?: number;
}

/** An archive as pg_dump -Fc writes it through a pipe: two tables and large objects, and a function without data. */
export function pgArchive({ minor, format = 1 }: Form): { readonly head: Buffer; readonly blocks: Buffer[] } {
  const entry = (id: number, hasData: boolean): Buffer[] => [
    int(id),
    int(hasData ? 1 : 0),
    ...['1259', '16384', `entry ${id}`, 'TABLE DATA'].map(text),
    ...(minor >= 11 ? [int(3)] : []),
    ...[undefined, '', 'COPY public.t FROM stdin;\n', 'public', undefined].map(text),
    ...(minor >= 14 ? [text('heap')] : []),
    ...(minor >= 16 ? [int(114)] : []),
    ...['postgres', 'false', '215', undefined].map(text),
    Buffer.from([hasData ? 1 : 3, 0, 0, 0, 0, 0, 0, 0, 0]),
  ];
  const head = Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, format]),
    minor >= 15 ? Buffer.of(1) : int(-1),
    ...[1, 2, 3, 26, 10, 126, 0].map(int),
    ...['shop', '15.18', '15.18'].map(text),
    int(4),
    ...[entry(7, true), entry(8, false), entry(9, true), entry(300, true)].flat(),
  ]);
  const blocks = [
    Buffer.concat([Buffer.of(1), int(7), chunks('1\tone\n', '2\ttwo\n')]),
    Buffer.concat([Buffer.of(1), int(9), chunks()]),
    Buffer.concat([Buffer.of(3), int(300), int(16_500), chunks('large'), int(16_501), chunks(), int(0)]),
  ];
  return { head, blocks };
}
