/** A weighted undirected graph in compressed sparse rows (CSR), in double precision. */
import { BasinError } from '#contract/error.ts';
import type { SymmetricOperator } from '../linalg/operator.ts';
import type { GraphPopulation } from './population.ts';

export interface Graph {
  readonly vertices: number;
  /** Row x lies at offsets[x] … offsets[x + 1] − 1 of the next two: [vertices + 1]. */
  readonly offsets: Int32Array;
  /** Ascending within a row; every edge stands in the rows of both its ends, a self-loop once. */
  readonly neighbours: Int32Array;
  readonly weights: Float64Array;
  /** Row sums of the adjacency, each more than 0: [vertices]. */
  readonly degrees: Float64Array;
  /** Sum of the degrees. */
  readonly volume: number;
}

export interface Edges {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

/** Both directions of an edge count as equal within this share: files are rounded. */
const agreement = 1e-6;

/**
 * An edge stands in `edges` once, or in both directions with equal weights. Weights of 0 are no edges.
 * @param source what the edges come from, for errors
 * @throws BasinError `bad-input` for a vertex that is not 0 … vertices − 1, a weight that is negative or not finite,
 * an edge that stands twice or with two weights, and a vertex without an edge
 */
export function graphOfEdges(vertices: number, edges: Edges, source: string): Graph {
  const fail = (why: string): never => {
    throw new BasinError('bad-input', `${source}: ${why}.`, source);
  };
  const { length } = edges.weight;
  for (let i = 0; i < length; i++) {
    const [x, y, w] = [edges.from[i] as number, edges.to[i] as number, edges.weight[i] as number];
    if (!isVertex(x, vertices) || !isVertex(y, vertices)) {
      return fail(`the edge ${x}, ${y} has an end that is no vertex. Number vertices 0 … ${vertices - 1}`);
    }
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY)) {
      return fail(`the edge ${x}, ${y} has weight ${w}. Give finite weights of 0 or more`);
    }
  }
  const own = compressed(vertices, edges.from, edges.to, edges.weight);
  const turned = compressed(vertices, edges.to, edges.from, edges.weight);
  return united(own, turned, fail);
}

/** Pairs of a population are edges in both directions, and its marginals their degrees. */
export function graphOfPopulation({ vertices, pairs }: GraphPopulation): Graph {
  return graphOfEdges(vertices, pairs, 'population');
}

/** Weights as probabilities of pairs, and their marginals. */
export function pairsOf({
  vertices,
  offsets,
  neighbours,
  weights,
  degrees,
  volume,
}: Graph): Pick<GraphPopulation, 'vertices' | 'pairs' | 'marginals'> {
  const from = new Int32Array(neighbours.length);
  for (let x = 0; x < vertices; x++) from.fill(x, offsets[x], offsets[x + 1]);
  return {
    vertices,
    pairs: { from, to: neighbours, weight: weights.map((weight) => weight / volume) },
    marginals: degrees.map((degree) => degree / volume),
  };
}

/** Ā = D^(−1/2) W D^(−1/2), whose largest eigenvalue is 1, once a connected component. */
export function normalisedAdjacency(graph: Graph): SymmetricOperator {
  const { vertices, offsets, neighbours } = graph;
  const entries = normalisedWeights(graph);
  return {
    size: vertices,
    matvec(vector) {
      const product = new Float64Array(vertices);
      for (let x = 0; x < vertices; x++) {
        let sum = 0;
        const end = offsets[x + 1] as number;
        for (let at = offsets[x] as number; at < end; at++) {
          sum += (entries[at] as number) * (vector[neighbours[at] as number] as number);
        }
        product[x] = sum;
      }
      return product;
    },
  };
}

/** Ā as a dense matrix, [vertices, vertices], row-major. */
export function denseNormalisedAdjacency(graph: Graph): Float64Array {
  const { vertices, offsets, neighbours } = graph;
  const matrix = new Float64Array(vertices * vertices);
  const entries = normalisedWeights(graph);
  for (let x = 0; x < vertices; x++) {
    for (let at = offsets[x] as number; at < (offsets[x + 1] as number); at++) {
      matrix[x * vertices + (neighbours[at] as number)] = entries[at] as number;
    }
  }
  return matrix;
}

/** w(x, y) / √(d(x) d(y)), one for each entry of the adjacency. */
export function normalisedWeights({ vertices, offsets, neighbours, weights, degrees }: Graph): Float64Array {
  const roots = degrees.map(Math.sqrt);
  const entries = new Float64Array(weights.length);
  for (let x = 0; x < vertices; x++) {
    for (let at = offsets[x] as number; at < (offsets[x + 1] as number); at++) {
      const product = (roots[x] as number) * (roots[neighbours[at] as number] as number);
      entries[at] = (weights[at] as number) / product;
    }
  }
  return entries;
}

type Rows = Pick<Graph, 'offsets' | 'neighbours' | 'weights'>;

function isVertex(x: number, vertices: number): boolean {
  return Number.isInteger(x) && x >= 0 && x < vertices;
}

/** Entries sorted by row, then by column: two passes of counting sort. Zeros drop out. */
function compressed(
  vertices: number,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  weights: ArrayLike<number>,
): Rows {
  const kept = new Int32Array(weights.length);
  let count = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) kept[count++] = i;
  const byColumn = sortedBy(columns, kept.subarray(0, count), vertices).order;
  const { order, offsets } = sortedBy(rows, byColumn, vertices);
  return {
    offsets,
    neighbours: order.map((i) => columns[i] as number),
    weights: Float64Array.from(order, (i) => weights[i] as number),
  };
}

/** `order` sorted by key, equal keys as they stood; key x stands at offsets[x] … offsets[x + 1] − 1. */
function sortedBy(
  keys: ArrayLike<number>,
  order: Int32Array,
  count: number,
): { readonly order: Int32Array; readonly offsets: Int32Array } {
  const offsets = new Int32Array(count + 1);
  for (const i of order) {
    const next = (keys[i] as number) + 1;
    offsets[next] = (offsets[next] as number) + 1;
  }
  for (let x = 0; x < count; x++) offsets[x + 1] = (offsets[x + 1] as number) + (offsets[x] as number);
  const place = offsets.slice();
  const sorted = new Int32Array(order.length);
  for (const i of order) {
    const key = keys[i] as number;
    const at = place[key] as number;
    sorted[at] = i;
    place[key] = at + 1;
  }
  return { order: sorted, offsets };
}

/** The union of a matrix and its transpose, which agree wherever both have an entry. */
function united(own: Rows, turned: Rows, fail: (why: string) => never): Graph {
  const vertices = own.offsets.length - 1;
  const offsets = new Int32Array(vertices + 1);
  const most = own.neighbours.length + turned.neighbours.length;
  const neighbours = new Int32Array(most);
  const weights = new Float64Array(most);
  const degrees = new Float64Array(vertices);
  let count = 0;
  for (let x = 0; x < vertices; x++) {
    let [a, b] = [own.offsets[x] as number, turned.offsets[x] as number];
    const [endA, endB] = [own.offsets[x + 1] as number, turned.offsets[x + 1] as number];
    const first = count;
    while (a < endA || b < endB) {
      const ya = a < endA ? (own.neighbours[a] as number) : vertices;
      const yb = b < endB ? (turned.neighbours[b] as number) : vertices;
      const y = Math.min(ya, yb);
      if (count > first && neighbours[count - 1] === y)
        fail(`the edge ${x}, ${y} stands twice. Give it once`);
      const wa = ya === y ? (own.weights[a++] as number) : null;
      const wb = yb === y ? (turned.weights[b++] as number) : null;
      if (wa !== null && wb !== null && Math.abs(wa - wb) > agreement * Math.max(wa, wb)) {
        fail(`it is not symmetric: ${x}, ${y} has weight ${wa} and ${y}, ${x} has ${wb}. Give one weight`);
      }
      const weight = ((wa ?? wb ?? 0) + (wb ?? wa ?? 0)) / 2;
      neighbours[count] = y;
      weights[count++] = weight;
      degrees[x] = (degrees[x] as number) + weight;
    }
    offsets[x + 1] = count;
    if (count === first) fail(`vertex ${x} has no edge, counted from 0. Remove it, or give it a self-loop`);
  }
  return {
    ...{ vertices, offsets, degrees },
    neighbours: neighbours.slice(0, count),
    weights: weights.slice(0, count),
    volume: degrees.reduce((sum, degree) => sum + degree, 0),
  };
}
