/** Graphs whose spectra are known, and what small ones are by brute force. */

import { stream } from '#engine/random.ts';
import { type Graph, graphOfEdges } from '#science/graph/graph.ts';
import { jacobiEigenvalues, type Matrix } from './matrices.ts';

export function graphOf(matrix: Matrix): Graph {
  const entries = matrix.flatMap((row, x) =>
    row.flatMap((weight, y) => (weight !== 0 && x <= y ? [[x, y, weight] as const] : [])),
  );
  return edgeGraph(matrix.length, entries);
}

export function edgeGraph(
  vertices: number,
  edges: readonly (readonly [from: number, to: number, weight?: number])[],
): Graph {
  const columns = {
    from: edges.map(([from]) => from),
    to: edges.map(([, to]) => to),
    weight: edges.map(([, , weight = 1]) => weight),
  };
  return graphOfEdges(vertices, columns, 'edges');
}

export function cycle(size: number): Graph {
  return edgeGraph(
    size,
    Array.from({ length: size }, (_, x) => [x, (x + 1) % size]),
  );
}

export function path(size: number): Graph {
  return edgeGraph(
    size,
    Array.from({ length: size - 1 }, (_, x) => [x, x + 1]),
  );
}

/** Cliques of these sizes side by side, with self-loops or without. */
export function cliques(sizes: readonly number[], loops: boolean): Graph {
  let start = 0;
  const edges = sizes.flatMap((size) => {
    const first = start;
    start += size;
    return Array.from({ length: size * size }, (_, i) => [
      first + Math.floor(i / size),
      first + (i % size),
    ]).filter(([x = 0, y = 0]) => x < y || (loops && x === y)) as [number, number][];
  });
  return edgeGraph(start, edges);
}

/** Symmetric, about `share` of the pairs with an edge, self-loops among them, and none isolated. */
export function randomAdjacency(size: number, seed: number, share = 0.4): Matrix {
  const random = stream(seed, 'adjacency');
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const put = (x: number, y: number, weight: number): void => {
    (matrix[x] as number[])[y] = weight;
    (matrix[y] as number[])[x] = weight;
  };
  for (let x = 0; x < size; x++) {
    for (let y = 0; y <= x; y++) if (random.uniform() < share) put(x, y, 0.1 + random.uniform());
  }
  for (let x = 0; x < size; x++) if (matrix[x]?.every((weight) => weight === 0)) put(x, (x + 1) % size, 0.5);
  return matrix;
}

/** D^(−1/2) W D^(−1/2) entry by entry. */
export function normalised(matrix: Matrix): number[][] {
  const degrees = matrix.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  return matrix.map((row, x) =>
    row.map((weight, y) => weight / Math.sqrt((degrees[x] as number) * (degrees[y] as number))),
  );
}

/** All eigenvalues of the normalised adjacency, descending. */
export function spectrumOf(matrix: Matrix): number[] {
  return jacobiEigenvalues(normalised(matrix)).reverse();
}

/** Blocks of equal size: every pair has an edge of random weight, ten times heavier within a block. */
export function blocks(size: number, count: number, seed: number): Graph {
  const random = stream(seed, 'blocks');
  const blockOf = (x: number): number => Math.floor((x * count) / size);
  const edges: [number, number, number][] = [];
  for (let x = 0; x < size; x++) {
    for (let y = 0; y <= x; y++) {
      const share = blockOf(x) === blockOf(y) ? 10 : 1;
      edges.push([x, y, share * (0.5 + random.uniform())]);
    }
  }
  return edgeGraph(size, edges);
}
