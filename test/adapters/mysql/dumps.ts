/** Dumps as the tools write them, made up from a seed, and what a parser that knows no chunks and no speed sees in them. */

/** Numbers of 0 ≤ n < 1 from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixing = Math.imul(state ^ (state >>> 15), 1 | state);
    mixing = (mixing + Math.imul(mixing ^ (mixing >>> 7), 61 | mixing)) ^ mixing;
    return ((mixing ^ (mixing >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Tables = ReadonlyMap<string, readonly string[]>;

const pieces = [
  'NULL', '0', '-1.5e-10', '0x00FF5C27', "''", "'a'", String.raw`'it\'s'`, String.raw`'\\'`, String.raw`'\\\''`,
  "'it''s'", String.raw`'),('`, String.raw`');\nINSERT INTO \`orders\` VALUES (1);'`, String.raw`'\0\Z\r\n'`,
  `'"'`, "'`'", "'-- '", "'/*'", "'#'", "'DELIMITER ;;'", `'${'x'.repeat(300)}'`, "'ä 😀'", "_binary 'x'",
]; // prettier-ignore
const names = ['orders', 'odd `x` VALUES (', 'ü', 'values', 'a.b', "it's"];

/** Tables with rows of odd values. */
export function madeUpTables(random: () => number): Tables {
  const some = (most: number): number => Math.floor(random() * (most + 1));
  const row = (): string =>
    Array.from({ length: 1 + some(4) }, () => pieces[some(pieces.length - 1)] ?? '').join(',');
  return new Map(
    names.slice(0, 1 + some(names.length - 1)).map((name) => [name, Array.from({ length: some(8) }, row)]),
  );
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const head = '-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n';

/** A dump of them; `random` says how rows are grouped, and what stands between. */
export function dumpOf(tables: Tables, random: () => number): string {
  const isHeads = (): boolean => random() < 0.5;
  const parts: string[] = [];
  for (const [name, rows] of tables) {
    parts.push(`\n--\n-- Table structure for table ${quoted(name)}; it's\n--\n`);
    parts.push(
      `CREATE TABLE ${quoted(name)} (\n  \`a;\` int COMMENT 'it''s; "odd"' -- c;\n) /* ;' */ ENGINE=InnoDB;\n`,
    );
    if (isHeads()) parts.push(noise[Math.floor(random() * noise.length)] ?? '');
    let rest = [...rows];
    while (rest.length > 0) {
      const group = rest.splice(0, 1 + Math.floor(random() * 4));
      const columns = isHeads() ? ` (${quoted('a VALUES (')}, \`b\`)` : '';
      const separator = isHeads() ? ',\n' : ',';
      parts.push(
        `INSERT INTO ${quoted(name)}${columns} VALUES${isHeads() ? '\n' : ' '}${group.map((row) => `(${row})`).join(separator)};\n`,
      );
      rest = isHeads() ? rest : [...rest];
    }
  }
  return `/*M!999999\\- enable the sandbox mode */ \n${head}${parts.join('')}/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n\n-- Dump completed on 2026-11-26  4:27:09\n`;
}

/** What has INSERTs in it that are none. */
const noise = [
  `DELIMITER ;;\nCREATE DEFINER=\`a\`@\`b;\` PROCEDURE \`p\`()\nBEGIN\nINSERT INTO \`orders\` VALUES (1),(2);\nINSERT INTO \`orders\` VALUES (3);\n-- it's; \nEND ;;\nDELIMITER ;\n`,
  `/*!50003 SET sql_mode              = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES' */ ;\nDELIMITER ;;\nCREATE FUNCTION f() RETURNS int RETURN concat('C:\\', "\\", ';;') ;;\nDELIMITER ;\n/*!50003 SET sql_mode              = @saved_sql_mode */ ;\n`,
  `/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */\n/*!50001 VIEW \`v\` AS select 'INSERT INTO \`orders\` VALUES (1);' AS \`DEFINER=\`\`x\`\`\` */;\n`,
  `/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`%\`*/ /*!50003 TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW SET NEW.a = '\\';' */;\n`,
  '# a comment with ; and \' and "\n/* another\n-- ; */\nSELECT 2*/* ; */3;\n',
  'DO SETVAL(`s`, 1005, 0);\n',
]; // prettier-ignore

/** In pieces of random sizes, some of them empty. */
export function inChunks(bytes: Uint8Array, random: () => number, most: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = Math.floor(random() * (most + 1));
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
