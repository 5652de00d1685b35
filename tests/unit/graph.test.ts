import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectedComponents, hopDistances } from '#science/graph/connected.ts';
import {
  denseNormalisedAdjacency,
  graphOfEdges,
  graphOfPopulation,
  normalisedAdjacency,
} from '#science/graph/graph.ts';
import { edgeGraph, graphOf, normalised, randomAdjacency } from './support/graphs.ts';

const matrices = fc
  .tuple(fc.integer({ min: 2, max: 14 }), fc.nat(), fc.constantFrom(0.15, 0.5))
  .map(([size, seed, share]) => randomAdjacency(size, seed, share));

describe('the graph of edges', () => {
  test('is the matrix, however its edges are listed', () => {
    fc.assert(
      fc.property(matrices, fc.nat(), (matrix, turn) => {
        const once = graphOf(matrix);
        const both = matrix.flatMap((row, x) => row.map((weight, y) => [x, y, weight] as const));
        const turned = [...both.slice(turn % both.length), ...both.slice(0, turn % both.length)];
        expect(edgeGraph(matrix.length, turned)).toEqual(once);
        for (const [x, row] of matrix.entries()) {
          const [start, end] = [once.offsets[x], once.offsets[x + 1]];
          const neighbours = row.flatMap((weight, y) => (weight === 0 ? [] : [y]));
          expect([...once.neighbours.subarray(start, end)]).toEqual(neighbours);
          expect([...once.weights.subarray(start, end)]).toEqual(neighbours.map((y) => row[y]));
          expect(once.degrees[x]).toBeCloseTo(
            row.reduce((sum, weight) => sum + weight, 0),
            14,
          );
        }
      }),
    );
  });

  test('its normalised adjacency is D^(−1/2) W D^(−1/2), as an operator and as a matrix', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const size = matrix.length;
        const expected = normalised(matrix);
        const found = denseNormalisedAdjacency(graphOf(matrix));
        const { matvec } = normalisedAdjacency(graphOf(matrix));
        for (let x = 0; x < size; x++) {
          const unit = new Float64Array(size);
          unit[x] = 1;
          for (const [y, entry] of matvec(unit).entries()) {
            expect(entry).toBeCloseTo(expected[x]?.[y] ?? Number.NaN, 14);
            expect(found[x * size + y]).toBeCloseTo(expected[x]?.[y] ?? Number.NaN, 14);
          }
        }
      }),
    );
  });

  test('of a population has the marginals as degrees', () => {
    const { degrees, volume } = graphOfPopulation({
      vertices: 3,
      pairs: {
        from: Int32Array.of(0, 0, 1, 1, 2),
        to: Int32Array.of(0, 1, 0, 2, 1),
        weight: Float64Array.of(0.2, 0.3, 0.3, 0.1, 0.1),
      },
      marginals: Float64Array.of(0.5, 0.4, 0.1),
      labels: new Int32Array(3),
      classes: ['a'],
      clusters: new Int32Array(3),
      shape: { height: 1, width: 1, channels: 1 },
      inputs: new Float32Array(3),
      factors: {},
    });
    for (const [x, marginal] of [0.5, 0.4, 0.1].entries()) expect(degrees[x]).toBeCloseTo(marginal, 15);
    expect(volume).toBeCloseTo(1, 15);
  });

  test.each<[string, readonly (readonly [number, number, number?])[], RegExp]>([
    ['a negative weight', [[0, 1, -1]], /^file: the edge 0, 1 has weight -1\. Give finite weights/],
    ['a weight that is no number', [[0, 1, Number.NaN]], /has weight NaN/],
    ['an infinite weight', [[0, 1, Number.POSITIVE_INFINITY]], /has weight Infinity/],
    ['a vertex out of range', [[0, 3]], /the edge 0, 3 has an end that is no vertex\. Number vertices 0 … 2/],
    ['a vertex that is no whole number', [[0, 0.5]], /the edge 0, 0\.5 has an end that is no vertex/],
    [
      'two weights of one edge',
      [
        [0, 1, 1],
        [1, 0, 2],
        [1, 2],
      ],
      /not symmetric: 0, 1 has weight 1 and 1, 0 has 2/,
    ],
    [
      'an edge that stands twice',
      [
        [0, 1],
        [1, 2],
        [0, 1],
      ],
      /the edge 0, 1 stands twice/,
    ],
    ['an isolated vertex', [[0, 1]], /vertex 2 has no edge/],
    [
      'an edge of weight 0 alone',
      [
        [0, 1],
        [1, 2, 0],
      ],
      /vertex 2 has no edge/,
    ],
  ])('refuses %s', (_name, edges, message) => {
    const columns = {
      from: edges.map(([from]) => from),
      to: edges.map(([, to]) => to),
      weight: edges.map(([, , weight = 1]) => weight),
    };
    expect(() => graphOfEdges(3, columns, 'file')).toThrow(message);
  });
});

describe('components and distances', () => {
  test('are those of Floyd and Warshall', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const size = matrix.length;
        const shortest = matrix.map((row, x) =>
          row.map((weight, y) => (x === y ? 0 : weight === 0 ? Number.POSITIVE_INFINITY : 1)),
        );
        const at = (x: number, y: number): number => shortest[x]?.[y] ?? Number.NaN;
        for (let middle = 0; middle < size; middle++) {
          for (let x = 0; x < size; x++) {
            for (let y = 0; y < size; y++) {
              (shortest[x] as number[])[y] = Math.min(at(x, y), at(x, middle) + at(middle, y));
            }
          }
        }
        const graph = graphOf(matrix);
        const { count, of } = connectedComponents(graph);
        for (let x = 0; x < size; x++) {
          const hops = hopDistances(graph, [x]);
          for (let y = 0; y < size; y++) {
            expect(hops[y] === -1 ? Number.POSITIVE_INFINITY : hops[y]).toBe(at(x, y));
            expect(of[x] === of[y]).toBe(at(x, y) < Number.POSITIVE_INFINITY);
          }
        }
        expect(count).toBe(new Set(of).size);
        const nearest = hopDistances(graph, [0, size - 1]);
        for (let y = 0; y < size; y++) {
          expect(nearest[y] === -1 ? Number.POSITIVE_INFINITY : nearest[y]).toBe(
            Math.min(at(0, y), at(size - 1, y)),
          );
        }
      }),
    );
  });
});
