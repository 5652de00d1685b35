/** What several runs that differ in their seed alone say together. */
import type { RunResult } from '../definition.ts';
import { meanOf } from '../linalg/hutchinson.ts';

export interface OverSeeds {
  readonly values: readonly number[];
  readonly mean: number;
  /** Standard error of the mean over seeds; null for a single one. */
  readonly stderr: number | null;
}

/** Last values of a series; null where no run has it. */
export function overSeeds(runs: readonly RunResult[], series: string): OverSeeds | null {
  const values = runs.flatMap(({ metrics }) => {
    const value = metrics[series];
    return value === undefined ? [] : [value];
  });
  return spreadOf(values);
}

/** Mean and, for more than one value, its standard error; null without values. */
export function spreadOf(values: readonly number[]): OverSeeds | null {
  if (values.length === 0) return null;
  const { estimate, stderr } = meanOf(values);
  return { values, mean: estimate, stderr: values.length > 1 ? stderr : null };
}

/** The mean and, where it is known, its error. */
export function withSpread({ mean, stderr }: OverSeeds, format: (value: number) => string): string {
  return stderr === null ? format(mean) : `${format(mean)} ± ${format(stderr)}`;
}
