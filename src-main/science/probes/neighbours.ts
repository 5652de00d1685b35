/** Distances between all examples of a small set, and what is nearest to each. */

/** Euclidean, [n, n], row-major. `points` [n, width]. */
export function distancesBetween(points: Float32Array | Float64Array, width: number): Float64Array {
  const count = points.length / width;
  const distances = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let j = 0; j < width; j++) {
        sum += ((points[a * width + j] as number) - (points[b * width + j] as number)) ** 2;
      }
      distances[a * count + b] = Math.sqrt(sum);
      distances[b * count + a] = distances[a * count + b] as number;
    }
  }
  return distances;
}

/** The `k` others that are nearest to each, the nearest first; of equals the one that stands first. */
export function nearestOthers(distances: Float64Array, count: number, k: number): Int32Array[] {
  return Array.from({ length: count }, (_, i) => {
    const row = distances.subarray(i * count, (i + 1) * count);
    const others = [...row.keys()].filter((j) => j !== i);
    others.sort((a, b) => (row[a] as number) - (row[b] as number) || a - b);
    return Int32Array.from(others.slice(0, k));
  });
}

/**
 * Trustworthiness (Venna and Kaski 2001, equation 2): whether the k nearest in an embedding were near before,
 *
 *   1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_{j among the k nearest of i in the embedding} max(0, r(i, j) − k)
 *
 * with r(i, j) the rank of j among the neighbours of i before, from 1. 1 where none is new; needs k < n / 2.
 */
export function trustworthiness(
  before: Float64Array,
  embedded: Float64Array,
  count: number,
  k: number,
): number {
  let intrusions = 0;
  for (const [i, neighbours] of nearestOthers(embedded, count, k).entries()) {
    const row = before.subarray(i * count, (i + 1) * count);
    for (const j of neighbours) {
      let rank = 1;
      for (const [other, distance] of row.entries()) {
        if (other !== i && distance < (row[j] as number)) rank++;
      }
      intrusions += Math.max(0, rank - k);
    }
  }
  return 1 - (2 / (count * k * (2 * count - 3 * k - 1))) * intrusions;
}
