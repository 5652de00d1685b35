/** What the reports of contrastive presets share: one row a run with its final numbers. */
import { z } from 'zod';
import type { ReportTable } from '#contract/report.ts';
import type { RunResult } from '../../../definition.ts';
import { finalValuesTable } from '../../finalValues.ts';
import { digitsExperiment } from './digitsExperiment.ts';

const columns = [
  { title: 'Loss', series: 'loss' },
  { title: 'Linear probe', series: 'accuracy/linear' },
  { title: 'Linear probe, untrained', series: 'accuracy/linear_untrained' },
  { title: 'Nearest neighbours', series: 'accuracy/knn' },
  { title: 'Spread', series: 'features/spread' },
  { title: 'Tr(H)', series: 'flatness/trace' },
] as const;

/** Losses of different kinds stand in one column but not on one scale. */
export function resultsTable(runs: readonly RunResult[]): ReportTable {
  return finalValuesTable(runs, { title: 'Objective', id: ({ spec }) => spec.loss.id }, columns);
}

export function statusStatement({ name, status, step }: RunResult): string {
  return `${name}: ${status} at step ${step}; its numbers are not final.`;
}

/** Says so where runs saw other images than those that the claim speaks of. */
export function otherDataStatements(runs: readonly RunResult[]): string[] {
  const others = new Set(
    runs.map(({ spec }) => spec.data.id).filter((id) => id !== digitsExperiment.data.id),
  );
  return [...others].map(
    (id) =>
      `The claim speaks of MNIST, and these runs saw ${id}: judged is what it says of accuracies alone.`,
  );
}

/** Whether always giving one answer is always right: of one class any features are as good as any other. */
export function hasOneClass({ measurements }: RunResult): boolean {
  const detail = measurements.findLast(({ name }) => name === 'accuracy/linear')?.detail;
  return z.object({ baseline: z.literal(1) }).safeParse(detail).success;
}

/** A share in [0, 1] as percent. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Width k of what the loss sees, as the spec sets it. */
export function widthOf({ spec }: RunResult): number {
  const projector = spec.study === 'contrastive' ? spec.projector.width : undefined;
  return Number(projector ?? spec.encoder.width);
}

/** How far the spectral loss over the whole population is from −Σλ², at the most; none where it was not measured. */
export function lossGapStatement(runs: readonly RunResult[]): string[] {
  const gaps = runs.flatMap(({ metrics }) => metrics['loss/gap'] ?? []);
  if (gaps.length === 0) return [];
  const furthest = Math.max(...gaps);
  return [
    `Over all pairs the loss ends within ${furthest.toExponential(1)} of −Σλ², relatively, in every run.`,
  ];
}
