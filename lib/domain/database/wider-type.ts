/** Whether every value of one column type fits another and still reads the same. */
import type { Engine } from './locator.ts';

interface Type {
  readonly base: string;
  readonly numbers: readonly number[];
  readonly words: readonly string[];
  readonly unsigned: boolean;
}

/** False also where it cannot be told: what is not known to be wider counts as changed. */
export function isWider(engine: Engine, from: string, to: string): boolean {
  if (from === to) return true;
  if (from.endsWith('[]') && to.endsWith('[]')) return isWider(engine, from.slice(0, -2), to.slice(0, -2));
  if (engine !== 'postgresql') return isWiderText(from, to);
  const [a, b] = [parse(from), parse(to)];
  return a !== undefined && b !== undefined && widerInPostgres(a, b);
}

/** `varchar(40) collate utf8mb4_bin`: what sorts or compares otherwise is not the same, however long it is. */
function isWiderText(from: string, to: string): boolean {
  const [[typeFrom = '', sortFrom = ''], [typeTo = '', sortTo = '']] = [from, to].map(
    (text) => text.replace(' collate utf8_', ' collate utf8mb3_').split(' collate '), // its name until MariaDB 10.6 and MySQL 8.0
  ) as [string[], string[]];
  // The same rules for more characters are no other ones.
  if (sortFrom !== sortTo && sortFrom.replace(/^utf8mb3_/, 'utf8mb4_') !== sortTo) return false;
  const [a, b] = [parse(typeFrom), parse(typeTo)];
  return typeFrom === typeTo || (a !== undefined && b !== undefined && widerInMysql(a, b));
}

const form =
  /^(?<base>[a-z][a-z ]*?)\s*(?:\((?<inside>.*)\))?(?<rest>(?: (?:unsigned|zerofill|with time zone|without time zone))*)$/;

function parse(text: string): Type | undefined {
  const match = form.exec(text)?.groups;
  if (match === undefined) return undefined;
  const { base = '', inside = '', rest = '' } = match;
  const unsigned = rest.includes('unsigned') || base.includes(' unsigned');
  const zone = /with(?:out)? time zone/.exec(rest)?.[0];
  return {
    base: zone === undefined ? base.replace(/ unsigned| zerofill/g, '') : `${base} ${zone}`,
    numbers: /^[\d, -]*$/.test(inside) && inside !== '' ? inside.split(',').map(Number) : [],
    words: inside.startsWith("'") ? quoted(inside) : [],
    unsigned,
  };
}

/** `'a','it''s'` */
const quoted = (text: string): string[] =>
  [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = '']) => word.replaceAll("''", "'"));

const integersOfPostgres: Readonly<Record<string, number>> = { smallint: 2, integer: 4, bigint: 8 };

function widerInPostgres(a: Type, b: Type): boolean {
  const [small, large] = [integersOfPostgres[a.base], integersOfPostgres[b.base]];
  if (small !== undefined && large !== undefined) return large >= small;
  if (small !== undefined && b.base === 'numeric') return holdsInteger(b, digitsOf[small] ?? 19);
  if (a.base === 'numeric' && b.base === 'numeric') return widerDecimal(a, b, [Infinity, Infinity]);
  if (a.base === 'real' && b.base === 'double precision') return true;
  if (a.base === 'character varying' && b.base === 'text') return true;
  if (a.base === 'text' && b.base === 'character varying') return b.numbers.length === 0;
  // `character` pads what it returns, so none of its changes reads the same.
  const growing = ['character varying', 'bit varying'];
  if (a.base === b.base && growing.includes(a.base)) return limitOf(b) >= limitOf(a);
  if (a.base === b.base && /^(time|timestamp|interval)/.test(a.base)) return limitOf(b) >= limitOf(a);
  return false;
}

/** Decimal digits that an integer of so many bytes may have. */
const digitsOf: Readonly<Record<number, number>> = { 1: 3, 2: 5, 3: 8, 4: 10, 8: 19 };
const limitOf = ({ numbers }: Type): number => numbers[0] ?? Infinity;

const holdsInteger = ({ numbers }: Type, digits: number): boolean =>
  numbers.length === 0 || (numbers[0] ?? 0) - (numbers[1] ?? 0) >= digits;

function widerDecimal(a: Type, b: Type, bare: readonly [number, number]): boolean {
  const parts = ({ numbers }: Type): [number, number] =>
    numbers.length === 0 ? [...bare] : [numbers[0] ?? 0, numbers[1] ?? 0];
  const [[pa, sa], [pb, sb]] = [parts(a), parts(b)];
  if (pb === Infinity) return true;
  return pa !== Infinity && sb >= sa && pb - sb >= pa - sa;
}

const integersOfMysql: Readonly<Record<string, number>> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 8,
};
const textsOfMysql: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
};
const blobsOfMysql: Readonly<Record<string, number>> = {
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};
/** A character of utf8mb4 takes four bytes at most, and a text's limit is in bytes. */
const bytesPerCharacter = 4;

function widerInMysql(a: Type, b: Type): boolean {
  const [small, large] = [integersOfMysql[a.base], integersOfMysql[b.base]];
  if (small !== undefined && large !== undefined) {
    if (a.unsigned === b.unsigned) return large >= small;
    return a.unsigned && large > small; // unsigned fits the next larger signed; signed never fits unsigned
  }
  if (a.base === 'decimal' && b.base === 'decimal')
    return (!b.unsigned || a.unsigned) && widerDecimal(a, b, [10, 0]);
  if (a.base === 'float' && b.base === 'double') return true;
  if (a.base === b.base && ['varchar', 'varbinary'].includes(a.base)) return limitOf(b) >= limitOf(a);
  if (a.base === b.base && ['datetime', 'timestamp', 'time'].includes(a.base))
    return (b.numbers[0] ?? 0) >= (a.numbers[0] ?? 0);
  if (a.base === b.base && ['enum', 'set'].includes(a.base))
    return a.words.every((word, at) => b.words[at] === word); // a value's number is its place
  const texts = capacity(a, 'varchar', textsOfMysql, bytesPerCharacter);
  const blobs = capacity(a, 'varbinary', blobsOfMysql, 1);
  const [textLimit, blobLimit] = [textsOfMysql[b.base], blobsOfMysql[b.base]];
  if (texts !== undefined && textLimit !== undefined) return textLimit >= texts;
  return blobs !== undefined && blobLimit !== undefined && blobLimit >= blobs;
}

const capacity = (
  type: Type,
  varying: string,
  large: Readonly<Record<string, number>>,
  factor: number,
): number | undefined => (type.base === varying ? limitOf(type) * factor : large[type.base]);
