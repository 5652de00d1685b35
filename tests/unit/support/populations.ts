/** Small positive-pair graphs whose spectrum and cuts are known in closed form. */
import type { GraphPopulation } from '#science/graph/population.ts';

/**
 * `clusters` cliques of `size` vertices, loops included: a vertex's pair lies in its own with probability
 * 1 − `across`, else in another. Ā has the eigenvalues 1, and 1 − across · c / (c − 1) c − 1 times, and 0.
 */
export function cliques(clusters: number, size: number, across: number): GraphPopulation {
  const vertices = clusters * size;
  const of = (vertex: number) => Math.floor(vertex / size);
  const [from, to, weight]: [number[], number[], number[]] = [[], [], []];
  for (let a = 0; a < vertices; a++) {
    for (let b = 0; b < vertices; b++) {
      const share = of(a) === of(b) ? 1 - across : across / (clusters - 1);
      if (share === 0) continue;
      from.push(a);
      to.push(b);
      weight.push(share / (size * vertices));
    }
  }
  const clusterOf = Int32Array.from({ length: vertices }, (_, vertex) => of(vertex));
  return {
    vertices,
    pairs: { from: Int32Array.from(from), to: Int32Array.from(to), weight: Float64Array.from(weight) },
    marginals: new Float64Array(vertices).fill(1 / vertices),
    labels: clusterOf,
    classes: Array.from({ length: clusters }, (_, i) => `class ${i}`),
    clusters: clusterOf,
    shape: { height: 1, width: 1, channels: 1 },
    inputs: new Float32Array(vertices),
    factors: { cluster: Float64Array.from(clusterOf) },
  };
}
