/** What is drawn of a graph: all of it where it is small, else a sample of its vertices. */
import type { GraphDrawing } from '#contract/graph.ts';
import { permutation, type Stream, stream } from '#engine/random.ts';
import type { Edges, Graph } from '../graph/graph.ts';
import type { GraphPopulation } from '../graph/population.ts';
import { forceLayout } from './forceLayout.ts';

export interface DrawingSize {
  /** At most. */
  readonly vertices: number;
  readonly edges: number;
}

/** Of `population`, whose graph is `graph`: the same picture at every call. */
export function drawGraph(population: GraphPopulation, graph: Graph, size: DrawingSize): GraphDrawing {
  const { labels, clusters, classes } = population;
  const vertices = drawnVertices(graph, size.vertices);
  const edges = induced(graph, vertices);
  const of = (values: Int32Array) => Int32Array.from(vertices, (vertex) => values[vertex] as number);
  const marginals = Float64Array.from(vertices, (vertex) => (graph.degrees[vertex] as number) / graph.volume);
  return {
    vertices,
    ...forceLayout(marginals, edges, stream(0, 'graph-lab/layout')),
    marginals,
    labels: of(labels),
    clusters: of(clusters),
    edges: strongest(edges, size.edges),
    among: edges.weight.length,
    classes: [...classes],
    whole: { vertices: graph.vertices, edges: edgeCount(graph), clusters: clusterCount(clusters) },
  };
}

/** Clusters are numbered from 0. */
export function clusterCount(clusters: Int32Array): number {
  return clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
}

/** Without loops. */
function edgeCount({ vertices, offsets, neighbours }: Graph): number {
  let loops = 0;
  for (let x = 0; x < vertices; x++) {
    if (neighbours.subarray(offsets[x], offsets[x + 1]).includes(x)) loops++;
  }
  return (neighbours.length - loops) / 2;
}

/** New vertices of one walk, and steps after which it has found no more of them. */
const walk = { vertices: 8, steps: 100 };

/**
 * At most `most` vertices, ascending. Of more, those that random walks meet, each from a start of its own:
 * vertices drawn independently would seldom share an edge of a sparse graph (Leskovec and Faloutsos 2006).
 */
function drawnVertices(graph: Graph, most: number): Int32Array<ArrayBuffer> {
  const starts = permutation(stream(0, 'graph-lab/vertices'), graph.vertices);
  if (graph.vertices <= most) return Int32Array.from(starts.sort());
  const random = stream(0, 'graph-lab/walks');
  const met = new Set<number>();
  for (const start of starts) {
    const enough = Math.min(most, met.size + walk.vertices);
    let at = start;
    for (let step = 0; step < walk.steps && met.size < enough; step++) {
      met.add(at);
      at = neighbour(graph, at, random);
    }
    if (met.size >= most) break;
  }
  return Int32Array.from(met).sort();
}

/** One step of the walk: a neighbour by the weight of its edge. */
function neighbour({ offsets, neighbours, weights, degrees }: Graph, x: number, random: Stream): number {
  let rest = random.uniform() * (degrees[x] as number);
  const last = (offsets[x + 1] as number) - 1;
  for (let at = offsets[x] as number; at < last; at++) {
    rest -= weights[at] as number;
    if (rest < 0) return neighbours[at] as number;
  }
  return neighbours[last] as number;
}

/** Edges between two of `vertices`, by their places there, with w(x, x⁺). */
function induced(graph: Graph, vertices: Int32Array): Edges {
  const { offsets, neighbours, weights, volume } = graph;
  const places = new Map(Array.from(vertices, (vertex, place) => [vertex, place]));
  const [from, to, weight]: [number[], number[], number[]] = [[], [], []];
  for (const [place, x] of vertices.entries()) {
    for (let at = offsets[x] as number; at < (offsets[x + 1] as number); at++) {
      const other = places.get(neighbours[at] as number);
      if (other === undefined || other <= place) continue;
      from.push(place);
      to.push(other);
      weight.push((weights[at] as number) / volume);
    }
  }
  return { from, to, weight };
}

/** Among equals chance decides: the first in the list would all lie at the first vertices. */
function strongest({ from, to, weight }: Edges, most: number): GraphDrawing['edges'] {
  const order = permutation(stream(0, 'graph-lab/edges'), weight.length).sort(
    (a, b) => (weight[b] as number) - (weight[a] as number),
  );
  const kept = order.subarray(0, most);
  return {
    from: Int32Array.from(kept, (e) => from[e] as number),
    to: Int32Array.from(kept, (e) => to[e] as number),
    weight: Float64Array.from(kept, (e) => weight[e] as number),
  };
}
