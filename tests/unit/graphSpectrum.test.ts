import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import type { Graph } from '#science/graph/graph.ts';
import { normalisedAdjacency } from '#science/graph/graph.ts';
import { diffusionMap, graphSpectrum, minimumSpectralLoss, untiedSpectrum } from '#science/graph/spectrum.ts';
import { leadingEigenpairs } from '#science/linalg/leadingEigenpairs.ts';
import {
  cliques,
  cycle,
  edgeGraph,
  graphOf,
  normalised,
  path,
  randomAdjacency,
  spectrumOf,
} from './support/graphs.ts';

const lanczos = { tolerance: 1e-10, maxProducts: 5000 };

/** The same by either method: a small graph goes to the dense eigensolver by itself. */
function byLanczos(graph: Graph, count: number): number[] {
  const pairs = leadingEigenpairs(normalisedAdjacency(graph), count, stream(1, 'test'), lanczos);
  return pairs.map(({ value }) => value);
}

function expectValues(found: ArrayLike<number>, expected: readonly number[], digits = 9): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe('eigenvalues of the normalised adjacency', () => {
  test('are those of Jacobi’s method on random graphs, disconnected ones among them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 25 }),
        fc.nat(),
        fc.constantFrom(0.06, 0.4),
        (size, seed, share) => {
          const matrix = randomAdjacency(size, seed, share);
          const expected = spectrumOf(matrix).slice(0, 8);
          expectValues(graphSpectrum(graphOf(matrix), 8).eigenvalues, expected, 12);
          expectValues(byLanczos(graphOf(matrix), 8), expected, 9);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('of a cycle are cos(2πi / n), most of them twice', () => {
    for (const size of [24, 401]) {
      const all = Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size)).sort(
        (a, b) => b - a,
      );
      const spectrum = graphSpectrum(cycle(size), 9);
      expectValues(spectrum.eigenvalues, all.slice(0, 9), 9);
      expect(spectrum.converged).toBe(true);
      expectValues(byLanczos(cycle(size), 9), all.slice(0, 9), 9);
    }
  });

  test('of a path are cos(πi / (n − 1))', () => {
    const expected = Array.from({ length: 6 }, (_, i) => Math.cos((Math.PI * i) / 499));
    expectValues(graphSpectrum(path(500), 6).eigenvalues, expected, 9);
  });

  test('of cliques are 1 once a clique and −1 / (size − 1)', () => {
    const { eigenvalues, components } = graphSpectrum(cliques([3, 4, 6], false), 13);
    expect(components.count).toBe(3);
    const rest = [...new Array(5).fill(-1 / 5), ...new Array(3).fill(-1 / 3), -1 / 2, -1 / 2];
    expectValues(eigenvalues, [1, 1, 1, ...rest], 12);
    // Large enough for Lanczos: 8 components, then zeros.
    const large = graphSpectrum(cliques(new Array(8).fill(50), true), 11);
    expectValues(large.eigenvalues, [...new Array(8).fill(1), 0, 0, 0], 9);
    expect(large.converged).toBe(true);
  });

  test('of a torus are found with multiplicity four', () => {
    const side = 20;
    const at = (x: number, y: number): number => (x % side) * side + (y % side);
    const edges = Array.from({ length: side * side }, (_, v) => {
      const [x, y] = [Math.floor(v / side), v % side];
      return [
        [v, at(x + 1, y)],
        [v, at(x, y + 1)],
      ] as [number, number][];
    }).flat();
    const cosine = (i: number): number => Math.cos((2 * Math.PI * i) / side);
    const all = Array.from(
      { length: side * side },
      (_, v) => (cosine(Math.floor(v / side)) + cosine(v % side)) / 2,
    );
    const expected = all.sort((a, b) => b - a).slice(0, 14);
    const { eigenvalues, vectors, residuals } = graphSpectrum(edgeGraph(side * side, edges), 14);
    expectValues(eigenvalues, expected, 9);
    for (const [i, vector] of vectors.entries()) {
      expect(residuals[i]).toBeLessThan(1e-9);
      for (const [j, other] of vectors.entries()) {
        const product = vector.reduce((sum, entry, x) => sum + entry * (other[x] as number), 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
  });

  test('an eigenvalue that is asked for comes with all of its eigenvectors where ties must not be cut', () => {
    const graph = cycle(401);
    expect(graphSpectrum(graph, 2).eigenvalues).toHaveLength(2);
    expect(untiedSpectrum(graph, 2).eigenvalues).toHaveLength(3);
    expect(untiedSpectrum(graph, 3).eigenvalues).toHaveLength(3);
    expect(untiedSpectrum(cliques([4, 4, 4], true), 5).eigenvalues).toHaveLength(12);
  });
});

describe('the minimum of the spectral loss', () => {
  test('is −Σλ² over the k largest, and a negative eigenvalue adds nothing', () => {
    expect(minimumSpectralLoss([1, 0.5, -0.5], 1)).toBe(-1);
    expect(minimumSpectralLoss([1, 0.5, -0.5], 2)).toBe(-1.25);
    expect(minimumSpectralLoss([1, 0.5, -0.5], 3)).toBe(-1.25);
    expect(minimumSpectralLoss([], 3)).toBe(0);
  });

  test('is below the loss of any features, and the eigenvectors’ is equal to it', () => {
    const matrix = randomAdjacency(9, 4);
    const adjacency = normalised(matrix);
    const { eigenvalues, vectors } = graphSpectrum(graphOf(matrix), 3);
    const floor = minimumSpectralLoss(eigenvalues, 3);
    // −2 Σ Ā(x, y) g(x)·g(y) + Σ (g(x)·g(y))², with g(x) = √w(x) f(x).
    const loss = (rows: readonly (readonly number[])[]): number => {
      let sum = 0;
      for (const [x, row] of rows.entries()) {
        for (const [y, other] of rows.entries()) {
          const product = row.reduce((total, entry, i) => total + entry * (other[i] as number), 0);
          sum += product ** 2 - 2 * (adjacency[x]?.[y] as number) * product;
        }
      }
      return sum;
    };
    const best = matrix.map((_, x) =>
      vectors.map((v, i) => Math.sqrt(Math.max(0, eigenvalues[i] as number)) * (v[x] as number)),
    );
    expect(loss(best)).toBeCloseTo(floor, 12);
    const random = stream(3, 'features');
    for (let trial = 0; trial < 200; trial++) {
      const size = 0.02 * 1.03 ** trial;
      const moved = best.map((row) => row.map((entry) => entry + size * random.normal()));
      expect(loss(moved)).toBeGreaterThan(floor);
    }
  });
});

test('distances of the diffusion map are those of the walk’s distributions after t steps', () => {
  const matrix = randomAdjacency(8, 11);
  const graph = graphOf(matrix);
  const size = graph.vertices;
  let walk = matrix.map((_, x) => matrix.map((_row, y) => +(x === y)));
  for (let time = 1; time <= 3; time++) {
    walk = walk.map((row) =>
      row.map((_, z) =>
        row.reduce((sum, p, y) => sum + (p * (matrix[y]?.[z] as number)) / (graph.degrees[y] as number), 0),
      ),
    );
    const map = diffusionMap(graph, graphSpectrum(graph, size), time);
    for (let x = 0; x < size; x++) {
      for (let y = 0; y < size; y++) {
        let [expected, found] = [0, 0];
        for (let z = 0; z < size; z++) {
          const difference = (walk[x]?.[z] as number) - (walk[y]?.[z] as number);
          expected += difference ** 2 / ((graph.degrees[z] as number) / graph.volume);
          found += ((map[x * size + z] as number) - (map[y * size + z] as number)) ** 2;
        }
        expect(found).toBeCloseTo(expected, 12);
      }
    }
  }
});
