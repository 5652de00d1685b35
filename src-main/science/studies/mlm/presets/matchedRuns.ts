/** What runs that end at one excess over the floor have to be compared with each other. */
import type { RunResult } from '../../../definition.ts';
import type { StrataCorrelation } from '../../../strataCorrelation.ts';
import { type Place, placesOf, tolerance } from './places.ts';
import { accuracies } from './results.ts';

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

/** A coefficient with the sign that print has. */
export function coefficient(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

/** A correlation's interval, in words. */
export function interval({ lower, upper }: StrataCorrelation): string {
  return lower === null || upper === null
    ? 'no interval'
    : `95 % interval ${coefficient(lower)} to ${coefficient(upper)}`;
}
