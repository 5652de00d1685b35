/** Distances between the vertices of pairs: in edges, between rows of coordinates, between factors. */
import { hopDistances } from './connected.ts';
import type { Graph } from './graph.ts';
import type { GraphPopulation } from './population.ts';

/** Pairs of vertices, each once. */
export interface VertexPairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** In the order (0, 1), (0, 2), …, (1, 2), … of the places in `vertices`. */
export function allPairs(vertices: Int32Array): VertexPairs {
  const [first, second]: [number[], number[]] = [[], []];
  for (const [i, x] of vertices.entries()) {
    for (const y of vertices.subarray(i + 1)) {
      first.push(x);
      second.push(y);
    }
  }
  return { first: Int32Array.from(first), second: Int32Array.from(second) };
}

/** In the order of `allPairs`; infinite where no path joins two. */
export function hopsBetween(graph: Graph, vertices: Int32Array): Float64Array {
  const found: number[] = [];
  for (const [i, x] of vertices.entries()) {
    const from = hopDistances(graph, [x]);
    for (const y of vertices.subarray(i + 1)) {
      const distance = from[y] as number;
      found.push(distance < 0 ? Number.POSITIVE_INFINITY : distance);
    }
  }
  return Float64Array.from(found);
}

/** Between rows of `coordinates`, [vertices, width], row-major. */
export function euclideanDistances(
  coordinates: ArrayLike<number>,
  width: number,
  { first, second }: VertexPairs,
): Float64Array {
  return Float64Array.from(first, (x, i) => {
    const y = second[i] as number;
    let sum = 0;
    for (let j = 0; j < width; j++) {
      sum += ((coordinates[x * width + j] as number) - (coordinates[y * width + j] as number)) ** 2;
    }
    return Math.sqrt(sum);
  });
}

/**
 * |f(x) − f(y)| of each factor, of names 0 or 1; and, of several factors, the distance `all` of all, each in units
 * of its deviation.
 */
export function factorDistances(
  { factors, nominal }: Pick<GraphPopulation, 'factors' | 'nominal'>,
  { first, second }: VertexPairs,
): [factor: string, between: Float64Array][] {
  const between = Object.entries(factors).map(([name, of]): [string, Float64Array] => {
    const apart = Float64Array.from(first, (x, i) => (of[x] as number) - (of[second[i] as number] as number));
    return [name, apart.map(nominal?.includes(name) ? (by) => +(by !== 0) : Math.abs)];
  });
  if (between.length < 2) return between;
  const all = new Float64Array(first.length);
  for (const [, distances] of between) {
    // The mean square of the difference of two is twice the variance of one.
    const square = distances.reduce((sum, distance) => sum + distance ** 2, 0) / distances.length;
    if (square === 0) continue;
    for (const [i, distance] of distances.entries()) all[i] = (all[i] as number) + distance ** 2 / square;
  }
  return [...between, ['all', all.map(Math.sqrt)]];
}
