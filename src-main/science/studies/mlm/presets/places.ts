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

/** The two places of lowest loss whose losses count as equal; null where the runs never came so near. */
export function lowestEqualPlaces<Series extends string>(
  first: readonly Place<Series | 'loss/excess'>[],
  second: readonly Place<Series | 'loss/excess'>[],
): readonly [Place<Series | 'loss/excess'>, Place<Series | 'loss/excess'>] | null {
  const excessOf = (place: Place<Series | 'loss/excess'>) => place.at['loss/excess'].value;
  const pairs = first.flatMap((a) =>
    second.map((b) => ({
      pair: [a, b] as const,
      higher: Math.max(excessOf(a), excessOf(b)),
      apart: Math.abs(excessOf(a) - excessOf(b)),
    })),
  );
  const [lowest] = pairs
    .filter(({ apart }) => apart <= tolerance)
    .sort((a, b) => a.higher - b.higher || a.apart - b.apart);
  return lowest?.pair ?? null;
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
