/** A report as text for the terminal. */
import type { Report, ReportTable, Verdict } from '#contract/report.ts';
import { formatNumber } from './format.ts';
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

function tableText({ columns, rows }: ReportTable, output: Output): string {
  const numeric = columns.map((_, i) => rows.every((row) => typeof row[i] !== 'string'));
  return table(
    columns.map(({ title, unit }, i) => ({
      title: unit === undefined ? title : `${title} (${unit})`,
      align: numeric[i] ? 'right' : 'left',
      shrinks: i === 0,
    })),
    rows.map((row) => row.map(cellText)),
    output,
  );
}

export function cellText(cell: string | number | null): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? formatNumber(cell) : cell;
}
