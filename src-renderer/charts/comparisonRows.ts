/** Rows of a comparison: values by name, with differences from the first column and their errors. */
import type { Comparison } from '#contract/host.ts';
import { isReference, panelOf, seriesTitle } from './panels.ts';

export interface Cell {
  readonly value: number | null;
  readonly stderr: number | null;
  /** Difference from the baseline; null in the baseline's own column. */
  readonly delta: number | null;
  /** √(s.e.² + s.e.²) where both are known. */
  readonly deltaStderr: number | null;
}
export interface ComparisonRow {
  readonly name: string;
  readonly title: string;
  readonly cells: readonly Cell[];
}
export interface RowGroup {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly ComparisonRow[];
}

const groups: readonly { id: string; title: string }[] = [
  { id: 'loss', title: 'Loss' },
  { id: 'accuracy', title: 'Downstream' },
  { id: 'flatness', title: 'Flatness' },
  { id: 'other', title: 'Other' },
];

export function groupOf(series: string): string {
  const panel = panelOf(series);
  if (panel === 'baseline') return 'accuracy';
  if (panel === 'excess' || panel === 'loss') return 'loss';
  if (panel === 'scaled_flatness') return 'flatness';
  return groups.some(({ id }) => id === panel) ? panel : 'other';
}

export function comparisonRows({ checkpoints }: Pick<Comparison, 'checkpoints'>): RowGroup[] {
  // What was measured outside of the run is no series of it.
  const known = checkpoints.flatMap(({ metrics, measurements }) => [
    ...Object.keys(metrics),
    ...measurements.map(({ name }) => name),
  ]);
  const names = [...new Set(known)].sort(
    (a, b) => Number(isReference(a)) - Number(isReference(b)) || a.localeCompare(b),
  );
  const rows = names.map((name) => {
    const plain = checkpoints.map(({ metrics, measurements, step }) => {
      // The measurement that the value came from: the last one at or before the checkpoint.
      const own = measurements
        .filter((m) => m.name === name && m.step <= step)
        .sort((a, b) => a.step - b.step)
        .at(-1);
      const value = metrics[name] ?? own?.value ?? null;
      return { value, stderr: own && own.value === value ? own.stderr : null };
    });
    const [base] = plain;
    const cells = plain.map(({ value, stderr }, index) => {
      const comparable =
        index > 0 && !isReference(name) && value !== null && base !== undefined && base.value !== null;
      return {
        value,
        stderr,
        delta: comparable ? value - (base.value ?? 0) : null,
        deltaStderr:
          comparable && stderr !== null && base.stderr !== null ? Math.hypot(stderr, base.stderr) : null,
      };
    });
    return { name, title: seriesTitle(name), cells };
  });
  return groups.flatMap(({ id, title }) => {
    const own = rows.filter(({ name }) => groupOf(name) === id);
    return own.length > 0 ? [{ id, title, rows: own }] : [];
  });
}

/** Columns whose loss lies within `tolerance` nats of the baseline's: the only ones to compare downstream. */
export function matchedColumns(
  { checkpoints }: Pick<Comparison, 'checkpoints'>,
  tolerance: number,
): boolean[] {
  const losses = checkpoints.map(({ metrics }) => metrics['loss/excess'] ?? metrics.loss ?? Number.NaN);
  return losses.map((loss) => Math.abs(loss - (losses[0] ?? Number.NaN)) <= tolerance);
}
