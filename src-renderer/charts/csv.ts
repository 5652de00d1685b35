/** The data of a chart as CSV (RFC 4180): one row a point, numbers with every digit that they have. */

export interface CsvSeries {
  readonly run: string;
  readonly series: string;
  readonly step: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly stderr?: ArrayLike<number> | undefined;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map((cell) => field(String(cell))).join(',')}\r\n`).join('');
}

/** Columns run, series, step, value, stderr; stderr is empty where no error is known. */
export function seriesCsv(all: readonly CsvSeries[]): string {
  const rows: (string | number)[][] = [['run', 'series', 'step', 'value', 'stderr']];
  for (const { run, series, step, value, stderr } of all) {
    for (let index = 0; index < step.length; index += 1) {
      const error = stderr?.[index];
      rows.push([
        run,
        series,
        step[index] ?? '',
        value[index] ?? '',
        error === undefined || Number.isNaN(error) ? '' : error,
      ]);
    }
  }
  return toCsv(rows);
}
