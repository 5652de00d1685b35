/** What many blocks of time come to. */
import { quantileOf } from '#science/quantile.ts';

export interface Summary {
  readonly median: number;
  /** Lower and upper quartile. */
  readonly spread: [number, number];
}

/** @param values at least one */
export function summary(values: readonly number[]): Summary {
  return {
    median: quantile(values, 0.5),
    spread: [quantile(values, 0.25), quantile(values, 0.75)],
  };
}

/** Linear between the order statistics (Hyndman and Fan 1996, definition 7). */
export function quantile(values: readonly number[], share: number): number {
  return quantileOf(
    values.toSorted((a, b) => a - b),
    share,
  );
}
