/** Do features fall into clusters, and are these the classes? k-means without labels, compared with the labels. */
import { z } from 'zod';
import type { FeatureProbe, Measured } from '../definition.ts';
import { kMeans } from './kMeans.ts';
import { adjustedRandIndex, normalisedMutualInformation } from './partitions.ts';
import { thinned, unitLength } from './rows.ts';

const params = z.strictObject({
  k: z.int().min(0).max(1000).default(0).meta({
    title: 'Clusters k',
    description: '0 for as many as there are classes, or clusters of the graph.',
  }),
  restarts: z.int().min(1).max(100).default(5).meta({
    title: 'Starts',
    description: 'Seeded by k-means++; the one with the least inertia counts.',
  }),
  iterations: z.int().min(1).max(10_000).default(100).meta({
    title: 'Iterations',
    description: 'Most of one start; it ends earlier when no example changes its cluster.',
    scale: 'log',
  }),
  examples: z.int().min(2).max(100_000).default(1000).meta({
    title: 'Examples',
    description: 'Most test examples that are clustered, taken at even distances; time grows with it.',
    unit: 'examples',
    scale: 'log',
  }),
  unit: z.boolean().default(true).meta({
    title: 'Unit length',
    description: 'Features are scaled to length 1 first, so that their directions are clustered.',
  }),
});

export const clustersProbe: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'clusters',
  title: 'Clusters and classes',
  help:
    'k-means on the test features, without labels. Agreement with the classes, and with the clusters of a graph where ' +
    'they are known: normalised mutual information (nmi) and adjusted Rand index (ari), both 1 for equal partitions.',
  reference:
    'Arthur and Vassilvitskii 2007 (k-means++); Hubert and Arabie 1985, equation 5 (adjusted Rand index)',
  studies: ['contrastive', 'mlm'],
  params,
  measure({ k, examples, unit, ...options }, { test, classes }, _engine, random) {
    const set = thinned(test, examples);
    const { width, labels, clusters } = set;
    const points = unit ? unitLength(set) : set.features;
    const agreement = (truth: Int32Array, parts: number, ending: string): Measured[] => {
      const asked = Math.min(k === 0 ? parts : k, truth.length);
      const { assignment, inertia } = kMeans(points, width, asked, options, random);
      const detail = { k: asked, inertia, examples: truth.length };
      const [nmi, ari] = [
        normalisedMutualInformation(assignment, truth),
        adjustedRandIndex(assignment, truth),
      ];
      return [
        { name: `clusters/nmi${ending}`, value: nmi, stderr: null, detail },
        { name: `clusters/ari${ending}`, value: ari, stderr: null, detail },
      ];
    };
    const ofGraph = clusters ? agreement(clusters, new Set(clusters).size, '_graph') : [];
    return [...agreement(labels, classes, ''), ...ofGraph];
  },
};
