/** A table in Markdown; all columns but the first are figures. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** US dollars with as many digits as tell something. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0';
  if (Math.abs(amount) < 0.0005) return '< $0.001';
  return `$${amount.toFixed(amount < 0.1 ? 3 : 2)}`;
}
