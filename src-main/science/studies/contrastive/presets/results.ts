/** What the reports of contrastive presets share: one row a run with its final numbers. */
import type { Report } from '#contract/report.ts';
import type { RunResult } from '../../../definition.ts';

const columns = [
  { title: 'Loss', series: 'loss' },
  { title: 'Linear probe', series: 'accuracy/linear' },
  { title: 'Linear probe, untrained', series: 'accuracy/linear_untrained' },
  { title: 'Nearest neighbours', series: 'accuracy/knn' },
  { title: 'Spread', series: 'features/spread' },
  { title: 'Tr(H)', series: 'flatness/trace' },
] as const;

/** Losses of different kinds stand in one column but not on one scale. */
export function resultsTable(runs: readonly RunResult[]): Report['tables'][number] {
  return {
    title: 'Final values',
    columns: [
      { title: 'Run' },
      { title: 'Objective' },
      { title: 'Seed' },
      { title: 'Steps' },
      ...columns.map(({ title }) => ({ title })),
      { title: 'Time', unit: 's' },
    ],
    rows: runs.map(({ name, spec, step, metrics, seconds }) => [
      name,
      spec.loss.id,
      spec.seed,
      step,
      ...columns.map(({ series }) => metrics[series] ?? null),
      seconds,
    ]),
  };
}

export function statusStatement({ name, status, step }: RunResult): string {
  return `${name}: ${status} at step ${step}; its numbers are not final.`;
}

/** A share in [0, 1] as percent. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
