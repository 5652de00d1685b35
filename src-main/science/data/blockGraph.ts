/** Graphs in which the probability of an edge depends on the blocks of its ends alone (Holland et al. 1983). */
import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import type { GraphPopulation } from '../graph/population.ts';
import { symmetricPairs } from './symmetricPairs.ts';

export const edgeSetting = {
  edges: z.enum(['expected', 'sampled']).default('expected').meta({
    title: 'Edges',
    description:
      'Every pair has its probability for a weight, or each edge is drawn once by it and then has weight 1.',
  }),
};

/**
 * `blocks` [vertices] names the block of each. Every vertex is also a pair with itself, of weight 1, as a view
 * is of itself: none is without an edge.
 */
export function blockGraph(
  blocks: Int32Array,
  probability: (a: number, b: number) => number,
  edges: 'expected' | 'sampled',
  random: Stream,
): Pick<GraphPopulation, 'vertices' | 'pairs' | 'marginals'> {
  return symmetricPairs(blocks.length, (x, y) => {
    if (x === y) return 1;
    const p = probability(blocks[x] as number, blocks[y] as number);
    return edges === 'expected' ? p : +(random.uniform() < p);
  });
}
