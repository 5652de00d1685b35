/** Clusters made of sub-clusters, with the probability of a pair set at each level. */
import { z } from 'zod';
import { type Stream, stream } from '#engine/random.ts';
import type { GraphDataset } from '../definition.ts';
import { mostVertices, symmetricPairs } from './symmetricPairs.ts';
import { inputSettings, inputShape, vertexInputs } from './vertexInputs.ts';

const mass = (usual: number) => z.number().min(0).max(1).default(usual);

const params = z
  .strictObject({
    clusters: z.int().min(2).max(50).default(4).meta({
      title: 'Clusters r',
      description: 'Groups with few pairs between them.',
    }),
    subClusters: z.int().min(1).max(50).default(3).meta({
      title: 'Sub-clusters',
      description: 'Of each cluster.',
    }),
    vertices: z.int().min(2).max(500).default(20).meta({
      title: 'Vertices',
      description: 'Views in each sub-cluster.',
      scale: 'log',
    }),
    classes: z.int().min(2).max(50).default(2).meta({
      title: 'Classes',
      description: 'Labels, given to the clusters in turn.',
    }),
    betweenClusters: mass(0.02).meta({
      title: 'Mass between clusters α',
      description: 'Probability that a positive pair joins two clusters: the conductance of a cluster.',
      scale: 'log',
    }),
    betweenSubClusters: mass(0.1).meta({
      title: 'Mass between sub-clusters',
      description:
        'Probability that a pair joins two sub-clusters of one cluster: what holds a cluster together.',
      scale: 'log',
    }),
    withinSubClusters: mass(0.8).meta({
      title: 'Mass inside sub-clusters',
      description:
        'Probability that a pair joins two vertices of one sub-cluster. What is left pairs vertices with themselves.',
    }),
    irregularity: z.number().min(0).max(3).default(0).meta({
      title: 'Irregularity',
      description:
        'The pairs of each two sub-clusters are multiplied by exp(this × a normal number); the mass of each level stays.',
    }),
    ...inputSettings,
  })
  .refine((p) => p.clusters * p.subClusters * p.vertices <= mostVertices, {
    path: ['vertices'],
    error: `clusters × sub-clusters × vertices must be at most ${mostVertices}`,
  })
  .refine((p) => p.classes <= p.clusters, {
    path: ['classes'],
    error: 'it must be at most the number of clusters',
  })
  .refine((p) => p.betweenClusters + p.betweenSubClusters + p.withinSubClusters <= 1 + 1e-12, {
    path: ['withinSubClusters'],
    error: 'the three masses must add up to at most 1',
  })
  .refine((p) => p.subClusters > 1 || p.betweenSubClusters === 0, {
    path: ['betweenSubClusters'],
    error: 'it must be 0 where a cluster has one sub-cluster',
  });
type Params = z.output<typeof params>;

/**
 * With r clusters of s sub-clusters of m vertices, masses α, σ, τ and no irregularity, Ā has the eigenvalues
 * 1; 1 − α r / (r − 1), r − 1 times; 1 − α − σ s / (s − 1), r (s − 1) times; 1 − α − σ − τ m / (m − 1) else.
 */
export const hierarchicalClusters: GraphDataset<typeof params> = {
  kind: 'dataset',
  of: 'graph',
  id: 'hierarchical-clusters',
  title: 'Hierarchical clusters',
  help: 'Clusters of sub-clusters of vertices. The probability that a pair joins clusters, sub-clusters or vertices of one sub-cluster is set, and without irregularity every eigenvalue is known.',
  studies: ['contrastive'],
  params,
  outline: ({ clusters, subClusters, vertices, classes }) => ({
    ...inputShape,
    vertices: clusters * subClusters * vertices,
    classes,
  }),
  load: async (chosen) => {
    const { clusters: r, subClusters: s, vertices: m, inputSignal, seed } = chosen;
    const n = r * s * m;
    const subClusterOf = Int32Array.from({ length: n }, (_, x) => Math.floor(x / m));
    const clusters = subClusterOf.map((subCluster) => Math.floor(subCluster / s));
    const factors = pairFactors(chosen, stream(seed, 'graph/irregularity'));
    const masses = massesOf(chosen);
    const totals = new Float64Array(masses.length);
    const pairOf = (x: number, y: number) => {
      const [a, b] = [subClusterOf[x] as number, subClusterOf[y] as number];
      const level = x === y ? 0 : a === b ? 1 : clusters[x] === clusters[y] ? 2 : 3;
      return { level, factor: factors[a * r * s + b] as number };
    };
    for (let x = 0; x < n; x++) {
      for (let y = 0; y < n; y++) {
        const { level, factor } = pairOf(x, y);
        totals[level] = (totals[level] as number) + factor;
      }
    }
    const graph = symmetricPairs(n, (x, y) => {
      const { level, factor } = pairOf(x, y);
      return ((masses[level] as number) * factor) / (totals[level] as number);
    });
    return {
      ...graph,
      labels: clusters.map((cluster) => cluster % chosen.classes),
      classes: Array.from({ length: chosen.classes }, (_, c) => `class ${c}`),
      clusters,
      ...vertexInputs(subClusterOf, inputSignal, seed),
      factors: { subCluster: Float64Array.from(subClusterOf) },
      nominal: ['subCluster'],
    };
  },
};

/** Mass of pairs of a vertex with itself, inside a sub-cluster, between those of a cluster, between clusters. */
function massesOf({ betweenClusters, betweenSubClusters, withinSubClusters }: Params): readonly number[] {
  const rest = Math.max(0, 1 - betweenClusters - betweenSubClusters - withinSubClusters);
  return [rest, withinSubClusters, betweenSubClusters, betweenClusters];
}

/** What the pairs of each two sub-clusters are multiplied by: [r s, r s], symmetric. */
function pairFactors({ clusters, subClusters, irregularity }: Params, random: Stream): Float64Array {
  const count = clusters * subClusters;
  const factors = new Float64Array(count * count).fill(1);
  if (irregularity === 0) return factors;
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      const factor = Math.exp(irregularity * random.normal());
      factors[a * count + b] = factor;
      factors[b * count + a] = factor;
    }
  }
  return factors;
}
