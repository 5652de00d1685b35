/** One of several, by weight. */
import type { Stream } from '#engine/random.ts';

/** Index of a weight, drawn in proportion to it; `total` is their sum, more than 0. */
export function weightedIndex(weights: ArrayLike<number>, total: number, random: Stream): number {
  let left = random.uniform() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    last = i;
    left -= weight;
    if (left < 0) break;
  }
  // Rounding may leave a hair over after the last entry.
  return last;
}
