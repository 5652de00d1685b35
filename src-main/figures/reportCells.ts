/** A report's table as people read it: a number and its standard error, two columns of the report, in one cell. */
import type { ReportTable } from '#contract/report.ts';

/** How a medium writes numbers. */
export interface Numerals {
  number(value: number): string;
  /** `value ± error`, to the digits that the error leaves. */
  uncertain(value: number, stderr: number): string;
}

export interface ReportCell {
  readonly text: string;
  /** All digits of a number; empty for words. */
  readonly exact: string;
}

export interface ReadableTable {
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly unit?: string | undefined }[];
  readonly rows: readonly (readonly ReportCell[])[];
}

/** A column of this title holds the standard errors of the one before. */
const errorTitle = '±';

export function readableTable({ title, columns, rows }: ReportTable, numerals: Numerals): ReadableTable {
  const isError = (place: number): boolean => place > 0 && columns[place]?.title === errorTitle;
  return {
    title,
    columns: columns.filter((_, place) => !isError(place)),
    rows: rows.map((row) =>
      row.flatMap((cell, place) => {
        if (isError(place)) return [];
        return [cellOf(cell, isError(place + 1) ? row[place + 1] : undefined, numerals)];
      }),
    ),
  };
}

function cellOf(
  cell: string | number | null,
  stderr: string | number | null | undefined,
  { number, uncertain }: Numerals,
): ReportCell {
  if (cell === null) return { text: '–', exact: '' };
  if (typeof cell === 'string') return { text: cell, exact: '' };
  if (typeof stderr !== 'number') return { text: number(cell), exact: String(cell) };
  return { text: uncertain(cell, stderr), exact: `${cell} ± ${stderr}` };
}

/** Decimal places that a standard error leaves: it keeps two significant digits. Null where it leaves none to be named. */
export function decimalsUnder(stderr: number): number | null {
  if (!Number.isFinite(stderr) || stderr <= 0) return null;
  return Math.max(0, 1 - Math.floor(Math.log10(Number(stderr.toPrecision(2)))));
}
