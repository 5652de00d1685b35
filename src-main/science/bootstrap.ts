/** The bootstrap (Efron 1979): how far a statistic moves when its sample is drawn again from itself. */
import type { Stream } from '#engine/random.ts';
import { meanOf } from './linalg/hutchinson.ts';

export interface Bootstrapped {
  /** Standard deviation over the resamples. */
  readonly stderr: number;
  /** Percentile interval of 95 %. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * `statistic` is given places 0 … count − 1, drawn with replacement: [count]. Resamples in which it is null are
 * left out.
 * @returns null where fewer than two are left
 */
export function bootstrap(
  count: number,
  resamples: number,
  random: Stream,
  statistic: (places: Int32Array) => number | null,
): Bootstrapped | null {
  const found: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const value = statistic(Int32Array.from({ length: count }, () => random.integer(count)));
    if (value !== null) found.push(value);
  }
  if (found.length < 2) return null;
  found.sort((a, b) => a - b);
  const at = (share: number) => found[Math.round(share * (found.length - 1))] as number;
  return { stderr: meanOf(found).stderr * Math.sqrt(found.length), lower: at(0.025), upper: at(0.975) };
}
