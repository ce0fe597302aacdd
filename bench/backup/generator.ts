/**
 * SQL that fills an empty PostgreSQL database with what a dump is heavy with, within the server: the same order gives the
 * same rows on any machine. All is derived from hashes of the row's number; nothing from chance, time or a sequence.
 *
 * hashint8extended is the server's own and the same in every version since 11 (little-endian machines); a test holds the
 * fingerprint of a small one against a committed value.
 */
export interface DataOrder {
  readonly seed: number;
  /** About so many MiB of `pg_dump -Fc -Z0`, indexes not counted; zstd -3 takes it to less than half and more than a third. */
  readonly megabytes: number;
}

/** Rows that make one MiB of dump, with the mix of tables below. */
const perMegabyte = { orders: 700, events: 2_600, documents: 18, files: 58 } as const;
/** Rows of text from which the others take theirs: large enough that they seldom meet within a compressor's window. */
const corpusRows = 8_000;

export const dataSql = ({ seed, megabytes }: DataOrder): string => {
  const rows = (table: keyof typeof perMegabyte): number => Math.ceil(perMegabyte[table] * megabytes);
  return [
    structure,
    corpusSql(seed, Math.min(corpusRows, 200 + 8 * megabytes)),
    ordersSql(seed, rows('orders')),
    eventsSql(seed, rows('events')),
    documentsSql(seed, rows('documents')),
    filesSql(seed, rows('files')),
    largeObjectsSql(seed, Math.max(1, Math.min(8, Math.round(megabytes / 16)))),
    indexes,
    'DROP TABLE corpus; ANALYZE;',
  ].join('\n');
};

/** A number of 0 to 2^31-1 from the row's number; `salt` makes it another one. */
const drawn = (seed: number, salt: number, n = 'n'): string =>
  `(hashint8extended(${n}, ${seed * 1_000 + salt}) & 2147483647)`;

/** 32 hexadecimal digits. */
const hex = (seed: number, salt: number): string => `md5(n::text || '/${seed}/${salt}')`;

const structure = `
SET synchronous_commit = off;
CREATE SCHEMA store;
CREATE TYPE store.state AS ENUM ('new', 'paid', 'packed', 'sent', 'it''s "odd"');
CREATE TABLE store.orders (
  id bigint PRIMARY KEY,
  public_id uuid NOT NULL,
  customer text NOT NULL,
  state store.state NOT NULL,
  total numeric(12,2) NOT NULL,
  rate numeric,
  placed timestamptz NOT NULL,
  paid timestamptz,
  tags text[] NOT NULL,
  amounts integer[],
  document jsonb NOT NULL,
  note text
);
CREATE TABLE store.events (
  id bigint PRIMARY KEY,
  order_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  reading double precision,
  trace bytea,
  from_address inet
);
CREATE TABLE store.documents (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL, language char(2));
CREATE TABLE store.files (id bigint PRIMARY KEY, name text NOT NULL, bytes bytea NOT NULL, changed date);
CREATE UNLOGGED TABLE corpus (n bigint PRIMARY KEY, words text NOT NULL);
`;

const words = [
  'ärger Öl über straße naïve café',
  'заказ товар склад улица',
  '注文 商品 倉庫 東京',
  'طلب منتج',
  '😀 🚚 📦',
  'order delivery customer warehouse invoice parcel return refund payment address',
  'the and of to in is that for with on as by at from it was are not this',
  'zwischen lieferung rechnung kunde bestellung nicht oder mit dem der die das und',
]
  .join(' ')
  .split(' ');

/** Words by their number, most of them made of syllables: a vocabulary of some thousand, as a language has. */
const corpusSql = (seed: number, rows: number): string => `
INSERT INTO corpus
SELECT n, (SELECT string_agg(
    CASE WHEN k % 5 = 0 THEN (ARRAY[${words.map((word) => `'${word}'`).join(',')}])[1 + h % ${words.length}]
      ELSE (ARRAY['ba','ker','lin','sto','ve','mar','tion','de','un','fra','gel','po','rit','sa','men','tu'])[1 + h % 16]
        || (ARRAY['na','ster','li','go','ren','ta','mi','lo','der','ka','es','on','ri','pe','all','ung'])[1 + h / 16 % 16]
        || (ARRAY['','','s','en','ly','er','ing',', ','. '])[1 + h / 256 % 9] END, ' ' ORDER BY k)
  FROM (SELECT k, ${drawn(seed, 1, 'n * 1000 + k')} AS h FROM generate_series(1, 180) AS k) AS drawn)
FROM generate_series(0, ${rows - 1}) AS n;
ANALYZE corpus;
`;

/** A piece of some words, from a row of the corpus that is chosen by the row's number. */
const corpusOf = (seed: number, salt: number): string =>
  `JOIN corpus ON corpus.n = ${drawn(seed, salt, 's.n')} % (SELECT count(*) FROM corpus)`;

const ordersSql = (seed: number, rows: number): string => `
INSERT INTO store.orders
SELECT n, ${hex(seed, 10)}::uuid, 'customer ' || ${drawn(seed, 11)} % 90000 || ' Ж' || substr(words, 20, 12),
  (enum_range(NULL::store.state))[1 + ${drawn(seed, 12)} % 5],
  (${drawn(seed, 13)} % 10000000)::numeric / 100,
  CASE WHEN n % 7 = 0 THEN NULL ELSE ${drawn(seed, 14)}::numeric / 7 END,
  timestamptz '2020-01-01 00:00:00+00' + (n * 37 + ${drawn(seed, 15)} % 3600) * interval '1.001 second',
  CASE WHEN n % 3 = 0 THEN NULL ELSE timestamptz '2020-01-02 00:00:00+00' + n * interval '37 second' END,
  ARRAY['t' || ${drawn(seed, 16)} % 500, 'a, "b"', (ARRAY['größe','NULL','','x'])[1 + n % 4]],
  CASE WHEN n % 5 = 0 THEN NULL ELSE ARRAY[${drawn(seed, 17)} % 1000, NULL, -n]::integer[] END,
  jsonb_build_object('hash', ${hex(seed, 18)}, 'n', n, 'lines', jsonb_build_array(
    jsonb_build_object('sku', 'S-' || ${drawn(seed, 19)} % 40000, 'count', n % 9, 'text', substr(words, 60, 40)),
    jsonb_build_object('sku', 'S-' || ${drawn(seed, 20)} % 40000, 'price', ${drawn(seed, 21)} % 100000 / 100.0))),
  CASE WHEN n % 4 = 0 THEN NULL ELSE substr(words, (1 + ${drawn(seed, 22)} % 600)::integer, (40 + n % 200)::integer) END
FROM (SELECT s.n, corpus.words FROM generate_series(1, ${rows}) AS s(n) ${corpusOf(seed, 2)}) AS drawn ORDER BY n;
`;

const eventsSql = (seed: number, rows: number): string => `
INSERT INTO store.events
SELECT n, ${drawn(seed, 30)} % ${rows} + 1, timestamptz '2025-01-01 00:00:00+00' + n * interval '1.37 second',
  (ARRAY['viewed','added','paid','packed','sent','returned'])[1 + ${drawn(seed, 31)} % 6],
  CASE WHEN n % 6 = 0 THEN NULL ELSE ${drawn(seed, 32)} / 1000.0 + 1.0 / n END,
  CASE WHEN n % 2 = 0 THEN decode(${hex(seed, 33)}, 'hex') END,
  ('10.' || ${drawn(seed, 34)} % 256 || '.' || n % 256 || '.7')::inet
FROM generate_series(1, ${rows}) AS n;
`;

const documentsSql = (seed: number, rows: number): string => `
INSERT INTO store.documents
SELECT n, 'Über ' || substr(words, 1, 40), (SELECT string_agg(words, E'\\n' ORDER BY k) FROM generate_series(0, 3 + n % 8) AS k
    JOIN corpus ON corpus.n = ${drawn(seed, 40, 'drawn.n * 100 + k')} % (SELECT count(*) FROM corpus)),
  (ARRAY['de','en','ru','ja'])[1 + n % 4]
FROM (SELECT s.n, corpus.words FROM generate_series(1, ${rows}) AS s(n) ${corpusOf(seed, 3)}) AS drawn ORDER BY n;
`;

/** Bytes that nothing can make smaller, as pictures are; a dump writes them as hexadecimal digits. */
const filesSql = (seed: number, rows: number): string => `
INSERT INTO store.files
SELECT n, ${hex(seed, 50)} || '.jpg', (SELECT string_agg(sha512(convert_to(${hex(seed, 51)} || k, 'UTF8')), ''::bytea ORDER BY k)
    FROM generate_series(1, 8 + n % 64) AS k), date '2024-01-01' + (n % 700)::integer
FROM generate_series(1, ${rows}) AS n;
`;

const largeObjectsSql = (seed: number, count: number): string => `
SELECT count(lo_from_bytea((80000 + n)::oid, (SELECT string_agg(sha512(convert_to(${hex(seed, 60)} || k, 'UTF8')), ''::bytea ORDER BY k)
  FROM generate_series(1, 1500) AS k))) FROM generate_series(1, ${count}) AS n;
`;

const indexes = `
CREATE UNIQUE INDEX orders_public_id ON store.orders (public_id);
CREATE INDEX orders_customer ON store.orders (customer);
CREATE INDEX orders_placed ON store.orders (placed) WHERE state <> 'new';
CREATE INDEX events_order ON store.events (order_id, at);
CREATE INDEX documents_title ON store.documents (lower(title));
`;
