/** Whether near in the graph means alike: hop and diffusion distances against labels and factors. */
import type { DistanceSpread, GraphDistance } from '#contract/graph.ts';
import type { Graph } from '../graph/graph.ts';
import { allPairs, euclideanDistances, factorDistances, hopsBetween } from '../graph/pairDistances.ts';
import type { GraphPopulation } from '../graph/population.ts';
import { quantileOf } from '../quantile.ts';
import { probabilityLess, spearman } from '../ranks.ts';

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
  const factors = factorDistances(population, pairs);
  const width = map.length / graph.vertices;
  const distances = {
    hop: hopsBetween(graph, vertices),
    diffusion: euclideanDistances(map, width, pairs),
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

function spread(distances: Float64Array): DistanceSpread {
  const finite = distances.filter(Number.isFinite).sort();
  return {
    pairs: distances.length,
    apart: distances.length - finite.length,
    mean: finite.reduce((sum, distance) => sum + distance, 0) / finite.length,
    quantiles: [0.1, 0.25, 0.5, 0.75, 0.9].map((share) => quantileOf(finite, share)),
  };
}
