/**
 * What theory promises of a linear head on the spectral loss's minimiser over a graph: the bound of HaoChen et al.
 * 2022 (arXiv 2204.02683), for features of width k and any labels that are constant on clusters,
 *
 *   error ≤ 4δ / (1 − γ_(k+1)) + 8δ
 *
 * with γ_(k+1) the (k + 1)-th eigenvalue of Ā. In the paper δ is the probability that a view does not show its
 * original's label, and all that enters the proof is that labels of a pair then differ with probability at most 2δ.
 * A graph has no originals: here δ is half the mass of the pairs that join two clusters.
 */
import { z } from 'zod';
import type { GraphEvaluation } from '../definition.ts';
import { sweepCut } from '../graph/conductance.ts';
import { graphOfEdges, graphOfPopulation } from '../graph/graph.ts';
import type { GraphPopulation } from '../graph/population.ts';
import { graphSpectrum } from '../graph/spectrum.ts';

const params = z.strictObject({});

export const clusterBound: GraphEvaluation<typeof params> = {
  kind: 'evaluation',
  of: 'graph',
  id: 'cluster-bound',
  title: 'Bound from the clusters',
  help: 'Of the graph alone: the mass α of pairs between clusters, how well the clusters hold together (ρ, the least conductance of a cluster cut in two, by a sweep), and the bound 4δ / (1 − γ) + 8δ on the error of a linear head, with δ = α / 2 and γ the eigenvalue after the width of the projections.',
  reference: 'HaoChen, Wei, Kumar and Ma 2022, arXiv 2204.02683',
  studies: ['contrastive'],
  params,
  prepare(_params, population, _loss, projectionWidth) {
    const { eigenvalues } = graphSpectrum(graphOfPopulation(population), projectionWidth + 1);
    const between = massBetween(population);
    const next = eigenvalues[projectionWidth];
    return {
      references: {
        'graph/between': between,
        'graph/inside': insideConductance(population),
        // As wide as the graph has vertices, features leave nothing of it out.
        ...(next === undefined
          ? {}
          : { 'graph/next_eigenvalue': next, 'error/bound': boundOf(between, next) }),
      },
      measure: () => [],
    };
  },
};

/** Infinite where as many components as features, or more, leave no gap. */
function boundOf(between: number, nextEigenvalue: number): number {
  const delta = between / 2;
  return (4 * delta) / Math.max(0, 1 - nextEigenvalue) + 8 * delta;
}

function massBetween({ pairs, clusters }: GraphPopulation): number {
  let sum = 0;
  for (const [i, weight] of pairs.weight.entries()) {
    if (clusters[pairs.from[i] as number] !== clusters[pairs.to[i] as number]) sum += weight;
  }
  return sum;
}

/** Of all clusters the least conductance of the sweep cut of its own graph; a single vertex has no cut. */
function insideConductance(population: GraphPopulation): number {
  const count = population.clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const cuts = Array.from({ length: count }, (_, cluster) => cutOf(population, cluster));
  return Math.min(...cuts);
}

function cutOf({ pairs, clusters }: GraphPopulation, cluster: number): number {
  const members = [...clusters.keys()].filter((x) => clusters[x] === cluster);
  const place = new Map(members.map((x, i) => [x, i]));
  const inside = [...pairs.weight.keys()].filter(
    (i) => place.has(pairs.from[i] as number) && place.has(pairs.to[i] as number),
  );
  const edges = {
    from: inside.map((i) => place.get(pairs.from[i] as number) as number),
    to: inside.map((i) => place.get(pairs.to[i] as number) as number),
    weight: inside.map((i) => pairs.weight[i] as number),
  };
  // A vertex that has all its pairs outside is cut off for nothing.
  if (members.length > 1 && new Set(edges.from).size < members.length) return 0;
  if (members.length < 2) return Number.POSITIVE_INFINITY;
  const graph = graphOfEdges(members.length, edges, 'cluster');
  const [, second] = graphSpectrum(graph, 2).vectors;
  return (second && sweepCut(graph, second)?.conductance) ?? Number.POSITIVE_INFINITY;
}
