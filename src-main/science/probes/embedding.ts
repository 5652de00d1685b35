/** Features drawn in the plane, by their principal components or by UMAP, and how far the drawing is to be trusted. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { EmbeddingDetail } from '#contract/embedding.ts';
import type { Stream } from '#engine/random.ts';
import type { FeatureProbe, FeatureSet } from '../definition.ts';
import { distancesBetween, nearestOthers, trustworthiness } from './neighbours.ts';
import { principalComponents } from './principalComponents.ts';
import { thinned } from './rows.ts';

const params = z.strictObject({
  method: z.enum(['umap', 'pca']).default('umap').meta({
    title: 'Method',
    description: 'UMAP keeps neighbourhoods, PCA the two directions of largest variance.',
  }),
  neighbours: z.int().min(2).max(200).default(15).meta({
    title: 'Neighbours',
    description: 'Nearest examples that UMAP keeps together, and that trustworthiness asks about.',
  }),
  minDistance: z.number().min(0).max(1).default(0.1).meta({
    title: 'Least distance',
    description: 'Of points in UMAP’s plane: small values draw tighter clusters.',
  }),
  examples: z.int().min(10).max(2000).default(1000).meta({
    title: 'Examples',
    description: 'Most test examples that are drawn, taken at even distances; time grows with its square.',
    unit: 'examples',
  }),
});
type Params = z.output<typeof params>;

export const embeddingProbe: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'embedding',
  title: 'Embedding in the plane',
  help:
    'Test features in two dimensions, for figures. The number is the trustworthiness of the picture: 1 where all ' +
    'neighbours in the plane are neighbours among the features, 0.5 where they are any.',
  reference: 'McInnes, Healy and Melville 2018, arXiv 1802.03426 (UMAP); Venna and Kaski 2001, equation 2',
  studies: ['contrastive', 'mlm'],
  params,
  // Distances of all pairs; UMAP goes over its neighbours in hundreds of rounds, trustworthiness over all ranks.
  cost: ({ examples }, { test, width }) => {
    const count = Math.min(examples, test);
    return { products: count ** 2 * (width / 2 + 500) };
  },
  measure(settings, { test }, _engine, random) {
    const set = thinned(test, settings.examples);
    const count = set.labels.length;
    // Trustworthiness is defined for fewer than half of the examples.
    const neighbours = Math.max(1, Math.min(settings.neighbours, Math.ceil(count / 2) - 1));
    const distances = distancesBetween(set.features, set.width);
    const flat =
      settings.method === 'pca'
        ? principalComponents(set, 2, random)
        : umap(set, distances, { ...settings, neighbours }, random);
    const value = trustworthiness(distances, distancesBetween(flat, 2), count, neighbours);
    // Six digits are more than any screen shows, and a third of a double's.
    const place = (at: number): number => Number((flat[at] as number).toPrecision(6));
    const detail = {
      ...{ method: settings.method, neighbours },
      coordinates: Array.from(set.labels, (_, i): [number, number] => [place(2 * i), place(2 * i + 1)]),
      labels: Array.from(set.labels),
      ...(set.clusters && { clusters: Array.from(set.clusters) }),
    } satisfies EmbeddingDetail;
    return [{ name: 'embedding/trustworthiness', value, stderr: null, detail }];
  },
};

/** From exact neighbours, so that nothing but the seed decides; [n, 2]. */
function umap(
  { features, width, labels }: FeatureSet,
  distances: Float64Array,
  { neighbours, minDistance }: Params,
  random: Stream,
): Float64Array {
  // Loaded when it is asked for: host and command line list this probe without it.
  const { UMAP } = createRequire(import.meta.url)('umap-js') as typeof import('umap-js');
  const count = labels.length;
  const model = new UMAP({
    ...{ nComponents: 2, nNeighbors: neighbours, minDist: minDistance },
    random: () => random.uniform(),
  });
  // As the reference has it, an example is the first of its own neighbours.
  const indices = nearestOthers(distances, count, neighbours - 1).map((others, i) => [i, ...others]);
  model.setPrecomputedKNN(
    indices,
    indices.map((row, i) => row.map((j) => distances[i * count + j] as number)),
  );
  const rows = Array.from(labels, (_, i) => Array.from(features.subarray(i * width, (i + 1) * width)));
  return Float64Array.from(model.fit(rows).flat());
}
