import type { ShopOrder } from './shop-postgresql.ts';

/** SQL that fills an empty MariaDB database with what dumps stumble over; the same seed gives the same rows. */
export const shopSql = ({ seed, rows }: ShopOrder): string => `${structure}
INSERT INTO orders (id, customer, total, placed, note, document)
SELECT seq, concat('customer ', seq % 997), (seq % 100000) / 100, '2020-01-01' + INTERVAL seq SECOND,
  concat(repeat('note ', 1 + seq % 20), md5('${seed} a' || seq), md5(concat('${seed} b', seq))),
  json_object('n', seq, 'hash', md5(concat('${seed} c', seq)))
FROM seq_1_to_${rows};
INSERT INTO odd (n, a_double, some_bytes) SELECT 100 + seq, 1 / (seq + 0.1), unhex(repeat(md5(concat('${seed} o', seq)), seq))
FROM seq_1_to_200;
INSERT INTO counters SELECT seq, seq * ${seed} FROM seq_1_to_50;
`;

const structure = String.raw`
SET NAMES utf8mb4;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,PIPES_AS_CONCAT';
SET SESSION time_zone = '+00:00';
CREATE TABLE orders (
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
  customer varchar(100) NOT NULL,
  total decimal(12,2) NOT NULL DEFAULT 0,
  with_tax decimal(14,4) GENERATED ALWAYS AS (total * 1.19) STORED,
  placed datetime(6) NOT NULL,
  note text,
  document json,
  KEY customer (customer)
) ENGINE=InnoDB;
CREATE TABLE odd (
  n int PRIMARY KEY,
  ${'`'}column 'with' "quotes" and ${'``'}${'`'} text,
  a_float float, a_double double, a_decimal decimal(65,30), a_bit bit(9), a_bool boolean,
  a_date date, a_time time(6), a_datetime datetime(6), a_timestamp timestamp(6) NULL, a_year year,
  a_char char(5), some_bytes mediumblob, fixed_bytes binary(4), long_text longtext,
  a_state enum('new','it''s','ü') , some_flags set('a','b','c'),
  big bigint unsigned, a_point point, an_inet inet6, a_uuid uuid,
  hidden int INVISIBLE DEFAULT 7
) ENGINE=InnoDB;
INSERT INTO odd VALUES
  (0, 'tab	quote'' backslash \\ newline\n zero \0 end', -0.0, 1.7976931348623157e308, 12345678901234567890.123456789012345678901234567890,
   b'101010101', true, '0000-00-00', '-838:59:59.999999', '9999-12-31 23:59:59.999999', '1970-01-01 00:00:01', 1901,
   'ab', x'00ff0a0d5c271a', x'00', 'ä 😀', 'it''s', 'a,c', 18446744073709551615, ST_GeomFromText('POINT(1.5 -2)'), '::1',
   '00000000-0000-0000-0000-000000000001'),
  (-2147483648, '', 1e-38, 2.2250738585072014e-308, 0, b'0', false, '1000-01-01', '00:00:00', '1000-01-01', NULL, 2155,
   '', '', '', '', 'ü', '', 0, NULL, '255.255.255.255', NULL);
INSERT INTO odd (n) SELECT seq FROM seq_3_to_40;
CREATE TABLE empty (id int PRIMARY KEY, CONSTRAINT odd_n FOREIGN KEY (id) REFERENCES odd (n));
-- Not transactional: what is in it while it is dumped is not of one moment.
CREATE TABLE counters (id int PRIMARY KEY, n bigint) ENGINE=Aria;
CREATE VIEW big AS SELECT id, customer FROM orders WHERE total > 900;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW SET NEW.note = coalesce(NEW.note, '');
CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260102000000');
`;
