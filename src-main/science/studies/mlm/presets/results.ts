/** What the reports of MLM presets share: a run's final numbers, in sentences and as one row. */
import type { ReportTable } from '#contract/report.ts';
import type { RunResult } from '../../../definition.ts';
import { type FinalValue, finalValue, finalValuesTable } from '../../finalValues.ts';

/** Of the linear probe, on the three tasks. */
export const accuracies = ['accuracy/linear/A', 'accuracy/linear/B', 'accuracy/linear/C'] as const;

const columns = [
  { title: 'Masked loss', series: 'loss', unit: 'nats' },
  { title: 'Exact cross-entropy', series: 'loss/exact', unit: 'nats' },
  { title: 'Excess over the floor', series: 'loss/excess', unit: 'nats' },
  { title: 'Share of the unigram’s', series: 'loss/excess_share' },
  { title: 'Tr(H)', series: 'flatness/trace' },
  { title: 'A', series: 'accuracy/linear/A' },
  { title: 'B', series: 'accuracy/linear/B' },
  { title: 'C', series: 'accuracy/linear/C' },
] as const;

export function resultsTable(runs: readonly RunResult[]): ReportTable {
  return finalValuesTable(runs, { title: 'Optimizer', id: ({ spec }) => spec.optimizer.id }, columns);
}

export function withError({ value, stderr }: FinalValue, digits: number): string {
  return stderr === null ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${stderr.toFixed(digits)}`;
}

/** A trace or a difference of two: Tr(DHD) is a hundred times smaller than Tr(H). */
export function traceText(value: number, stderr: number): string {
  const digits = Math.abs(value) < 5 ? 2 : 1;
  return `${value.toFixed(digits)} ± ${stderr.toFixed(digits)}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A difference of shares and its standard error, in hundredths. */
export function pointsWithError({
  mean,
  stderr,
}: {
  readonly mean: number;
  readonly stderr: number;
}): string {
  return `${mean < 0 ? '−' : '+'}${Math.abs(100 * mean).toFixed(2)} ± ${(100 * stderr).toFixed(2)} points`;
}

/** The distance from the true conditional, in a sentence; null where it was not measured. */
export function excessStatement(run: RunResult): string | null {
  const excess = finalValue(run, 'loss/excess');
  const exact = run.metrics['loss/exact'];
  const floor = run.metrics['loss/floor'];
  const unigram = run.metrics['loss/unigram_excess'];
  if (!excess || exact === undefined || floor === undefined || unigram === undefined) return null;
  return (
    `${run.name}: excess over the exact entropy floor ${withError(excess, 4)} nats (KL from the true ` +
    `conditional), ${percent(excess.value / unigram)} of the ${unigram.toFixed(4)} nats of a unigram model; ` +
    `cross-entropy ${exact.toFixed(4)} nats against a floor of ${floor.toFixed(4)}.`
  );
}

export function probeStatement(run: RunResult): string | null {
  const parts = ['A', 'B', 'C'].flatMap((task) => {
    const accuracy = finalValue(run, `accuracy/linear/${task}`);
    const baseline = run.metrics[`baseline/${task}`];
    if (!accuracy || baseline === undefined) return [];
    const untrained = run.metrics[`accuracy/linear_untrained/${task}`];
    const before = untrained === undefined ? '' : `untrained encoder ${percent(untrained)}, `;
    const ceiling = percent(run.metrics[`ceiling/${task}`] ?? 1);
    return [
      `task ${task} ${percent(accuracy.value)} (${before}most frequent class ${percent(baseline)}, exact parser ${ceiling})`,
    ];
  });
  return parts.length === 0 ? null : `${run.name}: a linear probe solves ${parts.join(', ')}.`;
}

export function statusStatement({ name, status, step, spec }: RunResult): string {
  return `${name}: ${status} after ${step} of ${spec.steps} steps, so it is not judged.`;
}
