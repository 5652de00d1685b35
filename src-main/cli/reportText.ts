/** A report as text for the terminal. */
import type { Report, ReportTable, Verdict } from '#contract/report.ts';
import { type Numerals, readableTable } from '#figures/reportCells.ts';
import { formatNumber, formatUncertain } from './format.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';

const colours = { held: 'green', 'not held': 'red', 'not tested': 'yellow' } as const satisfies Record<
  Verdict,
  string
>;

export function reportText(report: Report, output: Output): string {
  return [
    output.style('bold', report.title),
    `Claim: ${report.claim}`,
    `Verdict: ${output.style(colours[report.verdict], report.verdict)}`,
    ...report.statements.map((statement) => `  ${statement}`),
    ...report.tables.map((each) => `\n${each.title}\n${tableText(each, output)}`),
  ].join('\n');
}

export const numerals: Numerals = { number: formatNumber, uncertain: formatUncertain };

function tableText(given: ReportTable, output: Output): string {
  const { columns, rows } = readableTable(given, numerals);
  const isNumeric = (place: number): boolean =>
    rows.every((row) => row[place]?.exact !== '' || row[place]?.text === '–');
  return table(
    columns.map(({ title, unit }, i) => ({
      title: unit === undefined ? title : `${title} (${unit})`,
      align: isNumeric(i) ? 'right' : 'left',
      shrinks: i === 0,
    })),
    rows.map((row) => row.map(({ text }) => text)),
    output,
  );
}
