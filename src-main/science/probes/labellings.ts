/** Every task that is constant on clusters: how well a linear head solves the worst of them, and the mean. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FeatureProbe } from '../definition.ts';
import { leastSquares } from './leastSquares.ts';

const params = z.strictObject({
  l2: z.number().positive().max(10).default(1e-6).meta({
    title: 'L2 penalty',
    description: 'As a share of the mean square of a feature.',
    scale: 'log',
  }),
  draws: z.int().min(1).max(10_000).default(50).meta({
    title: 'Random labellings',
    description: 'Where there are more than 10 clusters; else every labelling is tried.',
    scale: 'log',
  }),
});

/** Up to this many clusters all labellings are tried: 511 that differ by more than their sign. */
const fewClusters = 10;

export const labellings: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'labellings',
  title: 'Labellings of clusters',
  help:
    'Clusters are labelled +1 and −1 in every way, and a least-squares head without bias answers by its sign: ' +
    'the share of vertices that it gets wrong in the worst labelling, and on average.',
  reference: 'HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156, for the question',
  studies: ['contrastive'],
  params,
  measure({ l2, draws }, { train, test }, _engine, random) {
    const [known, asked] = [train.clusters, test.clusters];
    if (!known || !asked) {
      const why = 'the data have no clusters';
      throw new BasinError('bad-input', `Probe labellings: ${why}. Remove it, or take a graph.`, 'probes');
    }
    const count = known.reduce((most, cluster) => Math.max(most, cluster + 1), 1);
    const indicators = new Float64Array(known.length * count);
    for (const [i, cluster] of known.entries()) indicators[i * count + cluster] = 1;
    // The head is linear in its targets: one solution a cluster makes that of every labelling.
    const head = leastSquares(train, indicators, count, l2);
    const scores = scoresOf(test.features, test.width, head, count);
    const signs: number[][] =
      count <= fewClusters
        ? Array.from({ length: Math.max(1, 2 ** (count - 1) - 1) }, (_, code) =>
            Array.from({ length: count }, (__, c) => (((code + 1) >> c) & 1 ? 1 : -1)),
          )
        : Array.from({ length: draws }, () =>
            Array.from({ length: count }, () => (random.uniform() < 0.5 ? -1 : 1)),
          );
    const errors = signs.map((sign) => {
      let wrong = 0;
      for (const [i, cluster] of asked.entries()) {
        let score = 0;
        for (let c = 0; c < count; c++) score += (sign[c] as number) * (scores[i * count + c] as number);
        if (!(score * (sign[cluster] as number) > 0)) wrong++;
      }
      return wrong / asked.length;
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const worst = errors.reduce((most, error) => Math.max(most, error), 0);
    const detail = { labellings: errors.length, all: count <= fewClusters };
    return [
      { name: 'error/worst', value: worst, stderr: null, detail },
      { name: 'error/mean', value: mean, stderr: null, detail },
    ];
  },
};

/** Features [n, width] times `head` [width, columns]. */
function scoresOf(features: Float32Array, width: number, head: Float64Array, columns: number): Float64Array {
  const scores = new Float64Array((features.length / width) * columns);
  for (const [at, value] of features.entries()) {
    const [i, j] = [Math.floor(at / width), at % width];
    for (let c = 0; c < columns; c++) {
      scores[i * columns + c] =
        (scores[i * columns + c] as number) + value * (head[j * columns + c] as number);
    }
  }
  return scores;
}
