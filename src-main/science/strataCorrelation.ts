/** Rank correlation inside strata, whose levels differ for reasons of their own, with clusters drawn again. */
import type { Stream } from '#engine/random.ts';
import { bootstrap } from './bootstrap.ts';
import { partialSpearman, spearman } from './ranks.ts';

export interface Observation {
  /** What is compared with each other alone: one seed at one loss. */
  readonly stratum: string;
  /** What is drawn again as a whole, since its observations are not independent of each other: a run. */
  readonly cluster: string;
  readonly x: number;
  readonly y: number;
  /** What may move both, within its stratum. */
  readonly control: number;
}

export interface StrataCorrelation {
  /** Mean of the strata's Spearman ρ of x and y, weighted by their observations less one. */
  readonly rho: number;
  /** Percentile interval of 95 % over resamples of the clusters; null for a single cluster. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly clusters: number;
  readonly strata: number;
}

export type RankStatistic = 'plain' | 'partial';

const resamples = 1000;
/** Fewer different observations than this say nothing of a stratum: a partial correlation of three is ±1. */
const least = 4;

/** @returns null where no stratum has as many as four observations that differ in x, y and, for `partial`, control */
export function strataCorrelation(
  observations: readonly Observation[],
  random: Stream,
  statistic: RankStatistic = 'plain',
): StrataCorrelation | null {
  const whole = meanCorrelation(observations, statistic);
  if (!whole) return null;
  const clusters = [...Map.groupBy(observations, ({ cluster }) => cluster).values()];
  const interval = bootstrap(clusters.length, resamples, random, (places) => {
    const drawn = Array.from(places, (place) => clusters[place] ?? []).flat();
    return meanCorrelation(drawn, statistic)?.rho ?? null;
  });
  const { lower = null, upper = null } = clusters.length > 1 ? (interval ?? {}) : {};
  return { ...whole, lower, upper, clusters: clusters.length };
}

function meanCorrelation(
  observations: readonly Observation[],
  statistic: RankStatistic,
): { readonly rho: number; readonly strata: number } | null {
  let [sum, weight, strata] = [0, 0, 0];
  for (const own of Map.groupBy(observations, ({ stratum }) => stratum).values()) {
    const rho = new Set(own).size < least ? null : correlationOf(own, statistic);
    if (rho === null) continue;
    sum += rho * (own.length - 1);
    weight += own.length - 1;
    strata++;
  }
  return strata === 0 ? null : { rho: sum / weight, strata };
}

function correlationOf(own: readonly Observation[], statistic: RankStatistic): number | null {
  const [x, y] = [own.map((one) => one.x), own.map((one) => one.y)];
  if (statistic === 'plain') return spearman(x, y);
  return partialSpearman(
    x,
    y,
    own.map(({ control }) => control),
  );
}
