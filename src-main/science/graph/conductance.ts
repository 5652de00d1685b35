/**
 * How hard it is to leave a set of vertices: φ(S) = cut(S, rest) / min(vol S, vol rest), volumes being sums of
 * degrees. The sparsest cut φ(G) = min_S φ(S) is bounded by the second eigenvalue of Ā (Cheeger's inequality;
 * Chung 1997, chapter 2), and a sweep along that eigenvector finds a cut within the upper bound.
 *
 *   (1 − λ₂) / 2 ≤ φ(G) ≤ φ(sweep) ≤ √(2 (1 − λ₂))
 */
import type { Graph } from './graph.ts';

/** @param inside 1 for a vertex of the set, 0 for one of the rest: [vertices]; neither is empty */
export function conductance(graph: Graph, inside: ArrayLike<number>): number {
  let cut = 0;
  let volume = 0;
  for (let x = 0; x < graph.vertices; x++) {
    if (!inside[x]) continue;
    volume += graph.degrees[x] as number;
    for (let at = graph.offsets[x] as number; at < (graph.offsets[x + 1] as number); at++) {
      if (!inside[graph.neighbours[at] as number]) cut += graph.weights[at] as number;
    }
  }
  return cut / Math.min(volume, graph.volume - volume);
}

/** φ of each of the sets 0 … `count` − 1 that part the vertices, in one way through the edges; null for all there is. */
export function partConductances(graph: Graph, parts: ArrayLike<number>, count: number): (number | null)[] {
  const [cuts, volumes] = [new Float64Array(count), new Float64Array(count)];
  for (let x = 0; x < graph.vertices; x++) {
    const part = parts[x] as number;
    volumes[part] = (volumes[part] as number) + (graph.degrees[x] as number);
    for (let at = graph.offsets[x] as number; at < (graph.offsets[x + 1] as number); at++) {
      if (parts[graph.neighbours[at] as number] === part) continue;
      cuts[part] = (cuts[part] as number) + (graph.weights[at] as number);
    }
  }
  return Array.from(cuts, (cut, part) => {
    const found = cut / Math.min(volumes[part] as number, graph.volume - (volumes[part] as number));
    return Number.isFinite(found) ? found : null;
  });
}

export interface Cut {
  readonly conductance: number;
  /** 1 for a vertex of the set, 0 for one of the rest: [vertices]. */
  readonly inside: Uint8Array;
}

/**
 * The best of the cuts that part the vertices by v(x) / √d(x), `vector` [vertices] being Ā's second
 * eigenvector.
 * @returns null for a graph of one vertex
 */
export function sweepCut(graph: Graph, vector: Float64Array): Cut | null {
  const { vertices, offsets, neighbours, weights, degrees, volume } = graph;
  const score = vector.map((entry, x) => entry / Math.sqrt(degrees[x] as number));
  const order = Int32Array.from(score.keys()).sort((x, y) => (score[x] as number) - (score[y] as number));
  const inside = new Uint8Array(vertices);
  let [cut, taken] = [0, 0];
  let best = { conductance: Number.POSITIVE_INFINITY, count: 0 };
  for (const [place, x] of order.subarray(0, -1).entries()) {
    inside[x] = 1;
    taken += degrees[x] as number;
    for (let at = offsets[x] as number; at < (offsets[x + 1] as number); at++) {
      const neighbour = neighbours[at] as number;
      if (neighbour !== x) cut += inside[neighbour] ? -(weights[at] as number) : (weights[at] as number);
    }
    const found = cut / Math.min(taken, volume - taken);
    if (found < best.conductance) best = { conductance: found, count: place + 1 };
  }
  if (best.count === 0) return null;
  const set = new Uint8Array(vertices);
  for (const x of order.subarray(0, best.count)) set[x] = 1;
  // Summed afresh: the running sum carries the rounding of every edge that came and went.
  return { conductance: conductance(graph, set), inside: set };
}

/** Cheeger's bounds on the sparsest cut. @param second the second eigenvalue of Ā */
export function cheegerBounds(second: number): { readonly lower: number; readonly upper: number } {
  const rest = Math.max(0, 1 - second);
  return { lower: rest / 2, upper: Math.sqrt(2 * rest) };
}
