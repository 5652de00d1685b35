/** Random directions with independent entries of mean 0 and variance 1. */
import type { Stream } from '#engine/random.ts';

/** Rademacher signs have the least variance of all such; normal ones are the papers'. */
export type ProbeDistribution = 'rademacher' | 'normal';

/** `count` vectors [size], drawn as they are asked for. */
export function* probes(
  size: number,
  count: number,
  distribution: ProbeDistribution,
  random: Stream,
): Generator<Float32Array> {
  for (let probe = 0; probe < count; probe++) {
    const vector = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      vector[i] = distribution === 'normal' ? random.normal() : random.uniform() < 0.5 ? -1 : 1;
    }
    yield vector;
  }
}
