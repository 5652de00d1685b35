import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cheegerBounds, conductance, partConductances, sweepCut } from '#science/graph/conductance.ts';
import { graphSpectrum } from '#science/graph/spectrum.ts';
import { cliques, edgeGraph, graphOf, randomAdjacency } from './support/graphs.ts';
import type { Matrix } from './support/matrices.ts';

function ofMatrix(matrix: Matrix, inside: readonly number[]): number {
  let [cut, here, there] = [0, 0, 0];
  for (const [x, row] of matrix.entries()) {
    for (const [y, weight] of row.entries()) {
      if (inside[x]) here += weight;
      else there += weight;
      if (inside[x] && !inside[y]) cut += weight;
    }
  }
  return cut / Math.min(here, there);
}

test('conductance is the share of the smaller side’s weight that leaves, and Cheeger’s bounds hold', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), fc.nat(), fc.constantFrom(0.2, 0.5), (size, seed, share) => {
      const matrix = randomAdjacency(size, seed, share);
      const graph = graphOf(matrix);
      let sparsest = Number.POSITIVE_INFINITY;
      for (let set = 1; set < 2 ** size - 1; set++) {
        const inside = matrix.map((_, x) => (set >> x) & 1);
        const expected = ofMatrix(matrix, inside);
        expect(conductance(graph, inside)).toBeCloseTo(expected, 12);
        sparsest = Math.min(sparsest, expected);
      }
      const { eigenvalues, vectors } = graphSpectrum(graph, 2);
      const cut = sweepCut(graph, vectors[1] as Float64Array);
      const { lower, upper } = cheegerBounds(eigenvalues[1] as number);
      expect(cut?.conductance).toBeCloseTo(ofMatrix(matrix, [...(cut?.inside ?? [])]), 12);
      expect(cut?.conductance).toBeGreaterThanOrEqual(sparsest - 1e-12);
      expect(cut?.conductance).toBeLessThanOrEqual(upper + 1e-12);
      expect(sparsest).toBeGreaterThanOrEqual(lower - 1e-12);
    }),
    { numRuns: 60 },
  );
});

test('the sweep finds the bridge of two cliques, and a cut of nothing between components', () => {
  const edges = (start: number) =>
    [0, 1, 2, 3].flatMap((x) =>
      [0, 1, 2, 3].flatMap((y) => (x < y ? [[start + x, start + y] as [number, number]] : [])),
    );
  const barbell = edgeGraph(8, [...edges(0), ...edges(4), [3, 4]]);
  const cut = sweepCut(barbell, graphSpectrum(barbell, 2).vectors[1] as Float64Array);
  expect(cut?.conductance).toBeCloseTo(1 / 13, 12);
  expect([[0, 0, 0, 0, 1, 1, 1, 1].join(), [1, 1, 1, 1, 0, 0, 0, 0].join()]).toContain(cut?.inside.join());
  const apart = cliques([3, 5], true);
  expect(sweepCut(apart, graphSpectrum(apart, 2).vectors[1] as Float64Array)?.conductance).toBe(0);
});

test('a single vertex has no cut', () => {
  expect(sweepCut(edgeGraph(1, [[0, 0]]), Float64Array.of(1))).toBeNull();
});

test('of all parts at once it is that of each, and of one that is all there is nothing', () => {
  const graph = graphOf(randomAdjacency(12, 5, 0.5));
  const parts = Array.from({ length: 12 }, (_, x) => x % 3);
  const found = partConductances(graph, parts, 3);
  for (const [part, value] of found.entries()) {
    const inside = parts.map((of) => (of === part ? 1 : 0));
    expect(value).toBeCloseTo(conductance(graph, inside), 12);
  }
  expect(partConductances(graph, new Array(12).fill(0), 1)).toEqual([null]);
});
