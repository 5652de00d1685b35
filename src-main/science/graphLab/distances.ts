/** Whether near in the graph means alike: hop and diffusion distances against labels and factors. */
import type { DistanceSpread, GraphDistance } from '#contract/graph.ts';
import { hopDistances } from '../graph/connected.ts';
import type { Graph } from '../graph/graph.ts';
import type { GraphPopulation } from '../graph/population.ts';
import { probabilityLess, spearman } from '../ranks.ts';

/** Pairs of vertices, each once. */
interface Pairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Among all pairs of `vertices`. `map` [vertices, width] has diffusion distances for Euclidean ones. */
export function distancesAgainstLabels(
  population: GraphPopulation,
  graph: Graph,
  map: Float64Array,
  vertices: Int32Array,
): GraphDistance[] {
  const pairs = allPairs(vertices);
  const { first, second } = pairs;
  const { labels } = population;
  const alike = (i: number) => labels[first[i] as number] === labels[second[i] as number];
  const factors = factorDistances(population.factors, pairs);
  const width = map.length / graph.vertices;
  const distances = {
    hop: hops(graph, vertices),
    diffusion: Float64Array.from(first, (x, i) => euclidean(map, width, x, second[i] as number)),
  };
  return (['hop', 'diffusion'] as const).map((kind) => {
    const same = distances[kind].filter((_, i) => alike(i));
    const different = distances[kind].filter((_, i) => !alike(i));
    return {
      kind,
      same: spread(same),
      different: spread(different),
      nearer: probabilityLess(same, different),
      factors: factors.map(([factor, between]) => ({
        factor,
        correlation: spearman(distances[kind], between),
      })),
    };
  });
}

function allPairs(vertices: Int32Array): Pairs {
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
function hops(graph: Graph, vertices: Int32Array): Float64Array {
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

function euclidean(map: Float64Array, width: number, x: number, y: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) {
    sum += ((map[x * width + i] as number) - (map[y * width + i] as number)) ** 2;
  }
  return Math.sqrt(sum);
}

/** |f(x) − f(y)| of each factor and, of several, the distance of all, each in units of its deviation. */
function factorDistances(
  factors: GraphPopulation['factors'],
  { first, second }: Pairs,
): [factor: string, between: Float64Array][] {
  const between = Object.entries(factors).map(([name, of]): [string, Float64Array] => [
    name,
    Float64Array.from(first, (x, i) => Math.abs((of[x] as number) - (of[second[i] as number] as number))),
  ]);
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

function spread(distances: Float64Array): DistanceSpread {
  const finite = distances.filter(Number.isFinite).sort();
  return {
    pairs: distances.length,
    apart: distances.length - finite.length,
    mean: finite.reduce((sum, distance) => sum + distance, 0) / finite.length,
    quantiles: [0.1, 0.25, 0.5, 0.75, 0.9].map((share) => quantile(finite, share)),
  };
}

/** Between the two nearest, linearly; NaN of none. */
function quantile(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1);
  const [low, high] = [ascending[Math.floor(at)], ascending[Math.ceil(at)]];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (at - Math.floor(at)) * (high - low);
}
