/** Moments of runs at which several series were measured, for comparisons at equal loss. */
import type { RunResult } from '../../../definition.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import type { FinalValue } from '../../finalValues.ts';

/** Nats of excess within which two losses count as equal. */
export const tolerance = 0.01;

export interface Place<Series extends string> {
  readonly step: number;
  readonly at: Readonly<Record<Series, FinalValue>>;
}

/** The steps at which all of `series` were measured, ascending. */
export function placesOf<Series extends string>(
  { measurements }: RunResult,
  series: readonly Series[],
): Place<Series>[] {
  const steps = Map.groupBy(measurements, ({ step }) => step);
  return [...steps]
    .sort(([a], [b]) => a - b)
    .flatMap(([step, rows]) => {
      const found = series.flatMap((name) => {
        const row = rows.find((one) => one.name === name);
        return row ? [[name, row] as const] : [];
      });
      if (found.length < series.length) return [];
      // One entry for each of them: the length has been compared.
      return [{ step, at: Object.fromEntries(found) as unknown as Record<Series, FinalValue> }];
    });
}

/** The place whose excess is nearest to `excess`, if any lies within the tolerance. */
export function nearestPlace<Series extends string>(
  places: readonly Place<Series | 'loss/excess'>[],
  excess: number,
): Place<Series | 'loss/excess'> | null {
  const distance = (place: Place<Series | 'loss/excess'>) => Math.abs(place.at['loss/excess'].value - excess);
  const [nearest] = places.toSorted((a, b) => distance(a) - distance(b));
  return nearest && distance(nearest) <= tolerance ? nearest : null;
}

/** A difference seed by seed. */
export interface Difference {
  readonly mean: number;
  /** Standard error over seeds; of a single one, the error that the measurements themselves have. */
  readonly stderr: number;
  /** Whether the mean lies more than two standard errors above zero. */
  readonly clear: boolean;
}

/** @param alone standard error of the difference of one seed */
export function differenceOf(values: readonly number[], alone: number): Difference {
  const { estimate: mean, stderr: spread } = meanOf(values);
  const stderr = values.length > 1 ? spread : alone;
  return { mean, stderr, clear: values.length > 0 && mean > 2 * stderr };
}
