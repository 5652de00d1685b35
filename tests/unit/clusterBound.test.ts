import { expect, test } from 'vitest';
import { hierarchicalClusters } from '#science/data/hierarchicalClusters.ts';
import { clusterBound } from '#science/evaluations/clusterBound.ts';
import type { GraphPopulation } from '#science/graph/population.ts';

const [alpha, sigma, tau] = [0.04, 0.1, 0.6];
const graph = (overrides: object = {}): Promise<GraphPopulation> =>
  hierarchicalClusters.load(
    hierarchicalClusters.params.parse({
      ...{ clusters: 3, subClusters: 2, vertices: 6 },
      ...{ betweenClusters: alpha, betweenSubClusters: sigma, withinSubClusters: tau },
      ...overrides,
    }),
  );
const referencesOf = (population: GraphPopulation, width: number) =>
  clusterBound.prepare({}, population, { id: 'spectral' }, width).references;

test.each([
  // γ_(k+1) is one of the eigenvalues that the dataset documents: 1, two for clusters, three for sub-clusters.
  [2, 1 - (alpha * 3) / 2],
  [3, 1 - alpha - 2 * sigma],
  [6, 1 - alpha - sigma - (tau * 6) / 5],
])('at width %d the bound is 4δ / (1 − γ) + 8δ with δ = α / 2', async (width, gamma) => {
  const references = referencesOf(await graph(), width);
  expect(references['graph/between']).toBeCloseTo(alpha, 12);
  expect(references['graph/next_eigenvalue']).toBeCloseTo(gamma, 10);
  expect(references['error/bound']).toBeCloseTo((2 * alpha) / (1 - gamma) + 4 * alpha, 8);
});

test('ρ is the conductance of the cut between the sub-clusters of a cluster, without what leaves the cluster', async () => {
  expect(referencesOf(await graph(), 3)['graph/inside']).toBeCloseTo(sigma / (1 - alpha), 10);
});

test('a cluster in two pieces, or with a vertex that has no pair in it, is held together by nothing', async () => {
  const inPieces = await graph({ betweenSubClusters: 0 });
  expect(referencesOf(inPieces, 3)['graph/inside']).toBe(0);
  const population = await graph();
  // The first vertex as a cluster of its own has no cut; put into another one, it has no pair there.
  const none = await graph({ betweenClusters: 0 });
  const strayed = { ...none, clusters: population.clusters.map((cluster, x) => (x === 0 ? 2 : cluster)) };
  expect(referencesOf(strayed, 3)['graph/inside']).toBe(0);
});

test('a graph with more components than features has no bound, and features as wide as the graph need none', async () => {
  const apart = await graph({ betweenClusters: 0 });
  expect(referencesOf(apart, 3)['error/bound']).toBe(0);
  expect(referencesOf(await graph({ betweenClusters: 1e-3 }), 36)).not.toHaveProperty('error/bound');
  const joined = await graph();
  const merged = { ...apart, clusters: joined.clusters.map((_, x) => x % 2) };
  expect(referencesOf(merged, 2)['error/bound']).toBe(Number.POSITIVE_INFINITY);
});
