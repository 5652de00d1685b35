/** Aligned tables for a terminal: numbers to the right, two spaces between columns. */
import type { Output } from './output.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Gives way (cut with …) where the table is wider than the terminal. */
  readonly shrinks?: boolean;
}

/** `rows` hold plain text, without escape codes: widths are counted in characters. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  output: Output,
): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(length(title), ...rows.map((row) => length(row[i] ?? ''))),
  );
  shrink(columns, widths, output.width);
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => aligned(cells[i] ?? '', widths[i] ?? 0, align ?? 'left'))
      .join('  ')
      .trimEnd();
  const head = output.style('bold', line(columns.map(({ title }) => title)));
  return [head, ...rows.map(line)].join('\n');
}

/** `name  value` lines, the names padded to one width. */
export function fields(entries: readonly (readonly [name: string, value: string])[], output: Output): string {
  const width = Math.max(0, ...entries.map(([name]) => length(name)));
  return entries
    .map(([name, value]) => `${output.style('dim', aligned(name, width, 'left'))}  ${value}`.trimEnd())
    .join('\n');
}

const narrowest = 8;

function shrink(columns: readonly Column[], widths: number[], available: number | null): void {
  if (available === null) return;
  const total = widths.reduce((sum, width) => sum + width, 0) + 2 * (columns.length - 1);
  let excess = total - available;
  columns.forEach(({ shrinks }, i) => {
    if (!shrinks || excess <= 0) return;
    const width = widths[i] ?? 0;
    const cut = Math.max(0, Math.min(excess, width - narrowest));
    widths[i] = width - cut;
    excess -= cut;
  });
}

function aligned(text: string, width: number, align: 'left' | 'right'): string {
  const count = length(text);
  if (count > width) return `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`;
  const space = ' '.repeat(width - count);
  return align === 'right' ? space + text : text + space;
}

function length(text: string): number {
  return [...text].length;
}
