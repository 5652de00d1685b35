/**
 * Do features span the leading eigenvectors of the positive-pair graph? Of real images the graph is not known: it is
 * estimated from views of held-out ones, always the same for the same data and augmentation.
 */
import { z } from 'zod';
import { mostViews, viewGraph, viewGraphSettings } from '../data/viewGraph.ts';
import type { FeatureProbe, SampledViews } from '../definition.ts';
import {
  type LeadingEigenvectors,
  leadingEigenvectors,
  spannedShares,
} from '../graph/spannedEigenvectors.ts';

const params = z
  .strictObject({
    of: z.enum(['projections', 'features']).default('projections').meta({
      title: 'Of',
      description: 'The projections that the loss sees and theory speaks of, or the features.',
    }),
    images: z.int().min(2).max(2500).default(400).meta({
      title: 'Images',
      description: 'Held-out originals whose views are the vertices; all where there are fewer.',
      scale: 'log',
    }),
    views: z.int().min(2).max(50).default(5).meta({
      title: 'Views',
      description: 'Augmented views of each image; each is a vertex.',
    }),
    ...viewGraphSettings,
    eigenvectors: z.int().min(1).max(500).default(10).meta({
      title: 'Eigenvectors',
      description: 'Leading ones, without the constant, that features are to span.',
      scale: 'log',
    }),
    seed: z.int().min(0).default(0).meta({
      title: 'Graph seed',
      description: 'Chooses the images and draws their views; the run has a seed of its own.',
    }),
  })
  .refine(({ images, views }) => images * views <= mostViews, {
    path: ['images'],
    error: `images × views must be at most ${mostViews}`,
  });

export const graphAlignment: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'graph-alignment',
  title: 'Alignment with graph eigenvectors',
  help: 'How much of the leading eigenvectors of a positive-pair graph of held-out images features span: the mean squared canonical correlation, 1 where all of it. The graph is estimated as that of dataset empirical-graph, with views of the run; that near views of different images are pairs is an assumption.',
  reference: "HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156, lemma 3.2; the measure is Basin's own",
  studies: ['contrastive'],
  params,
  images: true,
  // Distances of all pairs of views; then products with the graph, whose edges are few.
  cost: ({ images, views }, { test, pixels }) => {
    const count = Math.min(images, test) * views;
    return { views: count, products: (count ** 2 / 2) * pixels };
  },
  measure({ of, images, views: each, eigenvectors, seed, ...graphSettings }, { sampledViews }) {
    if (!sampledViews) return [];
    const sample = sampledViews({ images, each, seed });
    const leading = eigenvectorsOf(sample, graphSettings, eigenvectors);
    const [rows, width] =
      of === 'projections'
        ? [sample.projections, sample.projectionWidth]
        : [sample.features, sample.featureWidth];
    const { mean, shares, rank, chance } = spannedShares(leading, rows, width);
    const detail = {
      ...{ rank, chance, vertices: leading.roots.length },
      ...{ shares: [...shares], eigenvalues: [...leading.eigenvalues] },
    };
    return [{ name: 'graph/alignment', value: mean, stderr: null, detail }];
  },
};

let latest:
  | { readonly views: Float32Array; readonly asked: string; readonly leading: LeadingEigenvectors }
  | undefined;

/** Trained and untrained encoder are asked about the same views, one after the other. */
function eigenvectorsOf(
  sample: SampledViews,
  settings: Parameters<typeof viewGraph>[1],
  count: number,
): LeadingEigenvectors {
  const asked = JSON.stringify([sample.each, settings, count]);
  if (latest?.asked !== asked || !isSame(latest.views, sample.views)) {
    const leading = leadingEigenvectors(viewGraph(sample, settings), count);
    latest = { views: sample.views, asked, leading };
  }
  return latest.leading;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
