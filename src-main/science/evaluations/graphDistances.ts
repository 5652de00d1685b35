/** Is near in the graph alike, and near among what was learnt near in the graph? */
import { z } from 'zod';
import { permutation, stream } from '#engine/random.ts';
import { bootstrap } from '../bootstrap.ts';
import type { GraphEvaluation, Measured } from '../definition.ts';
import { type Graph, graphOfPopulation } from '../graph/graph.ts';
import { allPairs, euclideanDistances, factorDistances, hopsBetween } from '../graph/pairDistances.ts';
import { diffusionMap, graphSpectrum } from '../graph/spectrum.ts';
import { probabilityLess, spearman } from '../ranks.ts';

const params = z.strictObject({
  time: z.int().min(1).max(100).default(4).meta({
    title: 'Diffusion time',
    description: 'Steps of the random walks whose distributions the diffusion distance compares.',
    unit: 'steps',
  }),
  vertices: z.int().min(10).max(500).default(80).meta({
    title: 'Vertices',
    description: 'Drawn at random; all their pairs are compared.',
    scale: 'log',
  }),
  resamples: z.int().min(10).max(10_000).default(100).meta({
    title: 'Resamples',
    description: 'Of these vertices, for the interval of each number (bootstrap).',
    scale: 'log',
  }),
});

/** Up to this size diffusion distances are exact; beyond, they are of the leading eigenvectors. */
const wholeSize = 500;
const mostEigenvectors = 64;
/** Groups of pairs, nearest to furthest, whose mean factor distance the detail tells. */
const groups = 10;

export const graphDistances: GraphEvaluation<typeof params> = {
  kind: 'evaluation',
  of: 'graph',
  id: 'distances',
  title: 'Distances',
  help: 'Rank correlation of distances between vertices: by the edges of the shortest path, by diffusion, and between projections, each with the distance of the factors, and of the projections with those of the graph; and how often two vertices of one label are nearer than two of different labels.',
  reference: 'Coifman and Lafon 2006, for diffusion distance; Spearman 1904',
  studies: ['contrastive'],
  params,
  prepare({ time, vertices: most, resamples }, population, _loss, width) {
    const graph = graphOfPopulation(population);
    const drawn = permutation(stream(0, 'distances/vertices'), population.vertices).slice(0, most).sort();
    const pairs = allPairs(drawn);
    const map = diffusionMap(graph, graphSpectrum(graph, basisOf(graph)), time);
    const hop = hopsBetween(graph, drawn);
    const diffusion = euclideanDistances(map, map.length / graph.vertices, pairs);
    const factors = factorDistances(population, pairs);
    const all = factors.at(-1)?.[1];
    const same = pairs.first.map(
      (x, i) => +(population.labels[x] === population.labels[pairs.second[i] as number]),
    );
    /** A statistic of pairs with its interval over vertices, pairs of a vertex with itself left out. */
    const measured = (
      name: string,
      statistic: (pairs: Int32Array) => number | null,
      detail: Readonly<Record<string, z.core.util.JSONType>> = {},
    ): readonly Measured[] => {
      const value = statistic(Int32Array.from(pairs.first.keys()));
      if (value === null) return [];
      const spread = bootstrap(drawn.length, resamples, stream(0, `distances/${name}`), (places) =>
        statistic(pairsAmong(places, drawn.length)),
      );
      const interval = spread ? { lower: spread.lower, upper: spread.upper } : {};
      return [
        {
          name: `distance/${name}`,
          value,
          stderr: spread?.stderr ?? null,
          detail: { ...interval, ...detail },
        },
      ];
    };
    const correlation = (name: string, a: Float64Array, b: Float64Array, detail = {}) =>
      measured(name, (of) => spearman(taken(a, of), taken(b, of)), detail);
    const against = (name: string, distances: Float64Array): readonly Measured[] => [
      ...(all ? correlation(`${name}_factors`, distances, all, ofFactors(distances, factors, all)) : []),
      ...measured(`${name}_label`, (of) =>
        probabilityLess(
          taken(
            distances,
            of.filter((i) => same[i] === 1),
          ),
          taken(
            distances,
            of.filter((i) => same[i] === 0),
          ),
        ),
      ),
    ];
    let ofGraph: readonly Measured[] | undefined;
    return {
      references: {},
      measure(projections) {
        ofGraph ??= [...against('hop', hop), ...against('diffusion', diffusion)];
        const learnt = euclideanDistances(projections, width, pairs);
        return [
          ...ofGraph,
          ...against('learnt', learnt),
          ...correlation('learnt_hop', learnt, hop),
          ...correlation('learnt_diffusion', learnt, diffusion),
        ];
      },
    };
  },
};

function basisOf({ vertices }: Graph): number {
  return vertices <= wholeSize ? vertices : mostEigenvectors;
}

function taken(values: Float64Array, places: Int32Array): Float64Array {
  return Float64Array.from(places, (i) => values[i] as number);
}

/** Places in `allPairs` of `count` vertices of the pairs of two different vertices among `places`. */
function pairsAmong(places: Int32Array, count: number): Int32Array {
  const found: number[] = [];
  for (const [i, a] of places.entries()) {
    for (const b of places.subarray(i + 1)) {
      if (a === b) continue;
      const [x, y] = [Math.min(a, b), Math.max(a, b)];
      found.push(x * count - (x * (x + 1)) / 2 + y - x - 1);
    }
  }
  return Int32Array.from(found);
}

/** The correlation with each factor, and the mean of `all` over groups of pairs from the nearest to the furthest. */
function ofFactors(
  distances: Float64Array,
  factors: readonly (readonly [string, Float64Array])[],
  all: Float64Array,
): Readonly<Record<string, z.core.util.JSONType>> {
  const order = Int32Array.from(distances.keys()).sort(
    (a, b) => (distances[a] as number) - (distances[b] as number),
  );
  const means = Array.from({ length: groups }, (_, group) => {
    const start = Math.round((group * order.length) / groups);
    const own = taken(all, order.subarray(start, Math.round(((group + 1) * order.length) / groups)));
    return own.reduce((sum, each) => sum + each, 0) / own.length;
  });
  return {
    factors: Object.fromEntries(factors.map(([name, between]) => [name, spearman(distances, between)])),
    means,
  };
}
