/** What reports are written from: a run's last numbers, and the table of them with one row a run. */
import type { ReportTable } from '#contract/report.ts';
import type { RunResult } from '../definition.ts';

export interface ValueColumn {
  readonly title: string;
  readonly series: string;
  readonly unit?: string;
}

/** `component` is what tells the runs of such a table apart, beside their seeds. */
export function finalValuesTable(
  runs: readonly RunResult[],
  component: { readonly title: string; readonly id: (run: RunResult) => string },
  columns: readonly ValueColumn[],
): ReportTable {
  return {
    title: 'Final values',
    columns: [
      { title: 'Run' },
      { title: component.title },
      { title: 'Seed' },
      { title: 'Steps' },
      ...columns.map(({ series: _series, ...column }) => column),
      { title: 'Time', unit: 's' },
    ],
    rows: runs.map((run) => [
      run.name,
      component.id(run),
      run.spec.seed,
      run.step,
      ...columns.map(({ series }) => run.metrics[series] ?? null),
      run.seconds,
    ]),
  };
}

/** The last value of a series, with the standard error that was measured with it. */
export interface FinalValue {
  readonly value: number;
  readonly stderr: number | null;
}

export function finalValue({ metrics, measurements }: RunResult, series: string): FinalValue | null {
  const value = metrics[series];
  if (value === undefined) return null;
  const last = measurements.filter(({ name }) => name === series).at(-1);
  return { value, stderr: last?.stderr ?? null };
}
