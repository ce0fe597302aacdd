/** Rows with their columns aligned; a text of several lines goes on under its own column. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const before = (column: number): number =>
    widths.slice(0, column).reduce((sum, width) => sum + width + 2, 2);
  return rows.flatMap((row) => {
    const last = row.length - 1;
    const head = row
      .slice(0, last)
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
      .join('');
    const [first = '', ...more] = (row[last] ?? '').split('\n');
    return [
      `  ${head}${first}`.trimEnd(),
      ...more.map((line) => `${' '.repeat(before(last))}${line}`.trimEnd()),
    ];
  });
}
