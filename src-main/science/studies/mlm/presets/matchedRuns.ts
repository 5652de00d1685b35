/** What runs that end at one excess over the floor have to be compared with each other. */
import type { RunResult } from '../../../definition.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import type { StrataCorrelation } from '../../../strataCorrelation.ts';
import type { OverSeeds } from '../../overSeeds.ts';
import { type Place, placesOf, tolerance } from './places.ts';

export const accuracies = ['accuracy/linear/A', 'accuracy/linear/B', 'accuracy/linear/C'] as const;

/** Mean over the three tasks. */
export function meanAccuracy({ at }: Place<(typeof accuracies)[number]>): number {
  return accuracies.reduce((sum, series) => sum + at[series].value / accuracies.length, 0);
}

/** The last step at which a run measured all of `series`; null where there is none. */
export function lastPlace<Series extends string>(
  run: RunResult,
  series: readonly Series[],
): Place<Series> | null {
  return placesOf(run, series).at(-1) ?? null;
}

/** Whether no two of these values of the excess lie further apart than losses that count as equal. */
export function isMatched(excesses: readonly number[]): boolean {
  return Math.max(...excesses) - Math.min(...excesses) <= tolerance;
}

/** Mean and, for more than one value, its standard error. */
export function spreadOf(values: readonly number[]): OverSeeds | null {
  if (values.length === 0) return null;
  const { estimate, stderr } = meanOf(values);
  return { values, mean: estimate, stderr: values.length > 1 ? stderr : null };
}

/** A correlation's interval, in words. */
export function interval({ lower, upper }: StrataCorrelation): string {
  return lower === null || upper === null
    ? 'no interval'
    : `95 % interval ${lower.toFixed(2)} to ${upper.toFixed(2)}`;
}
