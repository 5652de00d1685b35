/** What can be reached from where: connected components, and distances in edges. */
import type { Graph } from './graph.ts';

export interface Components {
  readonly count: number;
  /** Component of each vertex, from 0 in the order of their first vertices: [vertices]. */
  readonly of: Int32Array;
}

export function connectedComponents(graph: Graph): Components {
  const of = new Int32Array(graph.vertices).fill(-1);
  let count = 0;
  for (let start = 0; start < graph.vertices; start++) {
    if (of[start] !== -1) continue;
    visit(graph, [start], (vertex) => {
      if (of[vertex] !== -1) return false;
      of[vertex] = count;
      return true;
    });
    count++;
  }
  return { count, of };
}

/** Edges on the shortest way from the nearest source to each vertex, −1 where there is none: [vertices]. */
export function hopDistances(graph: Graph, sources: Iterable<number>): Int32Array {
  const distances = new Int32Array(graph.vertices).fill(-1);
  visit(graph, sources, (vertex, hops) => {
    if (distances[vertex] !== -1) return false;
    distances[vertex] = hops;
    return true;
  });
  return distances;
}

/** Breadth first; `enter` says whether a vertex was new, and only from new ones it goes on. */
function visit(
  { offsets, neighbours }: Graph,
  starts: Iterable<number>,
  enter: (vertex: number, hops: number) => boolean,
): void {
  let front: number[] = [];
  for (const start of starts) if (enter(start, 0)) front.push(start);
  for (let hops = 1; front.length > 0; hops++) {
    const next: number[] = [];
    for (const vertex of front) {
      for (let at = offsets[vertex] as number; at < (offsets[vertex + 1] as number); at++) {
        const neighbour = neighbours[at] as number;
        if (enter(neighbour, hops)) next.push(neighbour);
      }
    }
    front = next;
  }
}
