/** What is drawn of a graph: all of it where it is small, else a sample of its vertices. */
import type { GraphDrawing } from '#contract/graph.ts';
import { permutation, stream } from '#engine/random.ts';
import type { Edges } from '../graph/graph.ts';
import type { GraphPopulation } from '../graph/population.ts';
import { forceLayout } from './forceLayout.ts';

export interface DrawingSize {
  /** At most. */
  readonly vertices: number;
  readonly edges: number;
}

/** The same picture of the same graph at every call. */
export function drawGraph(population: GraphPopulation, size: DrawingSize): GraphDrawing {
  const { pairs, labels, clusters, marginals, classes } = population;
  const vertices = drawnVertices(population.vertices, size.vertices);
  const edges = induced(pairs, vertices, population.vertices);
  const of = (values: Int32Array) => Int32Array.from(vertices, (vertex) => values[vertex] as number);
  const masses = Float64Array.from(vertices, (vertex) => marginals[vertex] as number);
  return {
    vertices,
    ...forceLayout(masses, edges, stream(0, 'graph-lab/layout')),
    marginals: masses,
    labels: of(labels),
    clusters: of(clusters),
    edges: strongest(edges, size.edges),
    classes: [...classes],
    whole: {
      vertices: population.vertices,
      edges: pairs.from.reduce((count, from, i) => count + (from < (pairs.to[i] as number) ? 1 : 0), 0),
      clusters: clusterCount(clusters),
    },
  };
}

/** Clusters are numbered from 0. */
export function clusterCount(clusters: Int32Array): number {
  return clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
}

/** `most` of `count` vertices, ascending, uniformly at random. */
function drawnVertices(count: number, most: number): Int32Array<ArrayBuffer> {
  const order = permutation(stream(0, 'graph-lab/vertices'), count);
  return order.slice(0, Math.min(count, most)).sort();
}

/** Edges between two of `vertices`, by their places there. */
function induced({ from, to, weight }: Edges, vertices: Int32Array, count: number): Edges {
  const place = new Int32Array(count).fill(-1);
  for (const [i, vertex] of vertices.entries()) place[vertex] = i;
  const kept: number[] = [];
  for (let e = 0; e < from.length; e++) {
    const [a, b] = [from[e] as number, to[e] as number];
    if (a < b && (place[a] as number) >= 0 && (place[b] as number) >= 0) kept.push(e);
  }
  return {
    from: Int32Array.from(kept, (e) => place[from[e] as number] as number),
    to: Int32Array.from(kept, (e) => place[to[e] as number] as number),
    weight: Float64Array.from(kept, (e) => weight[e] as number),
  };
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
