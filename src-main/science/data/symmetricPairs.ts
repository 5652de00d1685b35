/** From the weight of each unordered pair to a positive-pair graph. */
import type { GraphPopulation } from '../graph/population.ts';

/** More vertices than this make tens of millions of pairs where all are joined. */
export const mostVertices = 3000;

/**
 * `weightOf(x, y)` is asked once for each x ≤ y, in order, and answers w(x, y) = w(y, x) ≥ 0 in any unit; what
 * comes out sums to 1 over ordered pairs, with pairs of weight 0 left out.
 */
export function symmetricPairs(
  vertices: number,
  weightOf: (x: number, y: number) => number,
): Pick<GraphPopulation, 'vertices' | 'pairs' | 'marginals'> {
  const [from, to, weight]: [number[], number[], number[]] = [[], [], []];
  let total = 0;
  const put = (x: number, y: number, each: number): void => {
    from.push(x);
    to.push(y);
    weight.push(each);
    total += each;
  };
  for (let x = 0; x < vertices; x++) {
    for (let y = x; y < vertices; y++) {
      const each = weightOf(x, y);
      if (each === 0) continue;
      put(x, y, each);
      if (x !== y) put(y, x, each);
    }
  }
  const shares = Float64Array.from(weight, (each) => each / total);
  const marginals = new Float64Array(vertices);
  for (const [i, x] of from.entries()) marginals[x] = (marginals[x] as number) + (shares[i] as number);
  return {
    vertices,
    pairs: { from: Int32Array.from(from), to: Int32Array.from(to), weight: shares },
    marginals,
  };
}
