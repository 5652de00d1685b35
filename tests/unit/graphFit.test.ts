import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { Eigenspace } from '#science/graph/eigenspace.ts';
import { columnsOf, fitSettings, fitVectors, spectralObjective } from '#science/graph/fit.ts';
import { graphSpectrum, minimumSpectralLoss, untiedSpectrum } from '#science/graph/spectrum.ts';
import { combination, orthonormalBasis } from '#science/linalg/vectors.ts';
import { blocks, cliques, cycle, edgeGraph, graphOf, normalised, randomAdjacency } from './support/graphs.ts';

test('the objective is ‖Ā − GGᵀ‖² − ‖Ā‖², and its gradient that of central differences', () => {
  const matrix = randomAdjacency(6, 3);
  const adjacency = normalised(matrix);
  const objective = spectralObjective(graphOf(matrix), 2);
  const random = stream(1, 'point');
  const point = Float64Array.from({ length: 12 }, () => random.normal());
  const loss = (at: Float64Array): number => {
    let sum = 0;
    for (const [x, row] of adjacency.entries()) {
      for (const [y, entry] of row.entries()) {
        const product = [0, 1].reduce(
          (total, i) => total + (at[2 * x + i] as number) * (at[2 * y + i] as number),
          0,
        );
        sum += (entry - product) ** 2 - entry ** 2;
      }
    }
    return sum;
  };
  const gradient = new Float64Array(12);
  expect(objective(point, gradient)).toBeCloseTo(loss(point), 11);
  for (let i = 0; i < 12; i++) {
    const [up, down] = [point.slice(), point.slice()];
    up[i] = (up[i] as number) + 1e-5;
    down[i] = (down[i] as number) - 1e-5;
    expect(gradient[i]).toBeCloseTo((loss(up) - loss(down)) / 2e-5, 6);
  }
});

test.each([
  ['blocks with an eigengap', () => blocks(200, 8, 1), 8],
  ['cliques of one component each, where k cuts through the ties', () => cliques([20, 20, 20, 20], true), 2],
  ['a cycle, whose second and third eigenvalues are equal', () => cycle(24), 3],
  [
    'more width than positive eigenvalues',
    () =>
      edgeGraph(3, [
        [0, 1],
        [1, 2],
        [0, 2],
      ]),
    2,
  ],
])('a fit reaches −Σλ² and the eigenspace: %s', (_name, graph, k) => {
  const { loss, columns } = fitVectors(graph(), k, fitSettings.parse({}), 0);
  const spectrum = untiedSpectrum(graph(), k);
  const floor = minimumSpectralLoss(spectrum.eigenvalues, k);
  expect(loss - floor).toBeGreaterThan(-1e-12);
  expect(loss - floor).toBeLessThan(1e-9 * Math.abs(floor));
  expect(new Eigenspace(spectrum, k).nearness(columns).largest).toBeLessThan(1e-5);
});

test('angles, misfit and longest feature of what is known', () => {
  const graph = blocks(60, 3, 2);
  const spectrum = untiedSpectrum(graph, 3);
  const space = new Eigenspace(spectrum, 3);
  const { vectors, eigenvalues } = graphSpectrum(graph, 4);
  const minimiser = vectors
    .slice(0, 3)
    .map((v, i) => v.map((entry) => entry * Math.sqrt(eigenvalues[i] as number)));
  const random = stream(4, 'rotation');
  const rotation = orthonormalBasis(
    [0, 1, 2].map(() => Float64Array.from({ length: 3 }, () => random.normal())),
  );
  const rotated = rotation.map((weights) => combination(minimiser, weights));
  const near = space.nearness(rotated);
  expect(near.largest).toBeLessThan(1e-9);
  expect(near.misfit).toBeLessThan(1e-9);
  // The third direction turned towards the fourth eigenvector by 0.3.
  const turned = combination(
    [vectors[2] as Float64Array, vectors[3] as Float64Array],
    [Math.cos(0.3), Math.sin(0.3)],
  );
  const far = space.nearness([vectors[0] as Float64Array, vectors[1] as Float64Array, turned]);
  expect(far.largest).toBeCloseTo(0.3, 9);
  expect(far.rootMeanSquare).toBeCloseTo(0.3 / Math.sqrt(3), 9);
  const lengths = Array.from({ length: 60 }, (_, x) =>
    minimiser.reduce(
      (sum, column) => sum + ((column[x] as number) ** 2 * graph.volume) / (graph.degrees[x] as number),
      0,
    ),
  );
  const shares = graph.degrees.map((degree) => degree / graph.volume);
  expect(space.longestFeature(shares)).toBeCloseTo(Math.max(...lengths), 9);
  expect(columnsOf([1, 2, 3, 4], 2, [1, 10])).toEqual([Float64Array.of(1, 30), Float64Array.of(2, 40)]);
});

test('features that miss an eigenvector which the minimiser must have are at a right angle', () => {
  const graph = cliques([4, 4, 4], true);
  const space = new Eigenspace(untiedSpectrum(graph, 2), 2);
  const { vectors } = graphSpectrum(graph, 12);
  expect(space.nearness([vectors[0] as Float64Array, vectors[2] as Float64Array]).largest).toBeLessThan(1e-9);
  expect(space.nearness([vectors[0] as Float64Array, vectors[5] as Float64Array]).largest).toBeCloseTo(
    Math.PI / 2,
    9,
  );
  expect(space.nearness([vectors[0] as Float64Array, vectors[1] as Float64Array]).misfit).toBeNull();
});
