/** Positive pairs of a finite population, sampled by their weights. Pure functions of seed and step. */
import { type Stream, stream } from '#engine/random.ts';
import type { Tensor1D, Tensor4D } from '#engine/tf.ts';
import type { GraphPopulation } from '../../graph/population.ts';
import { vertexFeeds } from './examples.ts';
import type { Pairs } from './pairs.ts';

export function graphPairs(population: GraphPopulation, batchSize: number, seed: number): Pairs {
  const { pairs } = population;
  const labels = labelsSeen(population);
  const cumulative = new Float64Array(pairs.weight.length);
  let total = 0;
  for (const [i, weight] of pairs.weight.entries()) {
    total += weight;
    cumulative[i] = total;
  }
  const feeds = (size: number, random: Stream) => {
    const vertices = new Int32Array(2 * size);
    const ofFirst = new Int32Array(size);
    for (let row = 0; row < size; row++) {
      const pair = firstAbove(cumulative, random.uniform() * total);
      vertices[row] = pairs.from[pair] as number;
      vertices[size + row] = pairs.to[pair] as number;
      ofFirst[row] = labels[vertices[row] as number] as number;
    }
    return { ...vertexFeeds(population, vertices), labels: { shape: [size], data: ofFirst } };
  };
  return {
    batch: (step) => feeds(batchSize, stream(seed, 'data', step)),
    fixed: (size, index = 0) => feeds(size, stream(seed, 'flatness/data', index)),
    views: (batch) => ({
      images: batch.images as Tensor4D,
      vertices: batch.vertices as Tensor1D,
      labels: batch.labels as Tensor1D,
    }),
    count: ({ labels: of }) => (typeof of === 'object' ? (of.shape[0] as number) : 0),
  };
}

/** −1 for a vertex of the target domain: nothing is learnt from its label. */
export function labelsSeen({ labels, factors }: GraphPopulation): Int32Array {
  const { domain } = factors;
  return domain ? labels.map((label, x) => (domain[x] === 0 ? label : -1)) : labels;
}

/** With the pairs inside the source domain alone, all where there is one domain; weights no longer add up to 1. */
export function ofSource(population: GraphPopulation): GraphPopulation {
  const { pairs, factors } = population;
  const { domain } = factors;
  if (!domain) return population;
  const inside = (_: unknown, i: number): boolean =>
    domain[pairs.from[i] as number] === 0 && domain[pairs.to[i] as number] === 0;
  return {
    ...population,
    pairs: {
      from: pairs.from.filter(inside),
      to: pairs.to.filter(inside),
      weight: pairs.weight.filter(inside),
    },
  };
}

/** The first place whose entry is more than `value`, or the last place. */
function firstAbove(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
