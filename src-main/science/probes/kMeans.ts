/** k-means by Lloyd's iterations from seeds of k-means++ (Arthur and Vassilvitskii 2007), in double precision. */
import type { Stream } from '#engine/random.ts';

export interface Clustering {
  /** Of each point, 0 … k − 1. */
  readonly assignment: Int32Array;
  /** Sum of squared distances to the points' centres. */
  readonly inertia: number;
}

export interface KMeansOptions {
  /** The best of this many starts counts. */
  readonly restarts: number;
  /** Most iterations of one start; it ends earlier when no point changes its cluster. */
  readonly iterations: number;
}

/** `points` [n, width], row-major; `k` is at most n. */
export function kMeans(
  points: Float32Array,
  width: number,
  k: number,
  { restarts, iterations }: KMeansOptions,
  random: Stream,
): Clustering {
  let best: Clustering | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    const found = lloyd(points, width, seeds(points, width, k, random), iterations);
    if (!best || found.inertia < best.inertia) best = found;
  }
  if (!best) throw new Error('k-means needs a start.');
  return best;
}

/** Each next centre is a point drawn with weight D², its squared distance from the centres so far. */
function seeds(points: Float32Array, width: number, k: number, random: Stream): Float64Array[] {
  const count = points.length / width;
  const rowAt = (i: number): Float64Array => Float64Array.from(points.subarray(i * width, (i + 1) * width));
  const centres = [rowAt(random.integer(count))];
  const squared = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  while (centres.length < k) {
    const newest = centres.at(-1) as Float64Array;
    let total = 0;
    for (let i = 0; i < count; i++) {
      squared[i] = Math.min(squared[i] as number, squaredDistance(points, i, width, newest));
      total += squared[i] as number;
    }
    let left = random.uniform() * total;
    const next = squared.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    // Fewer different points than centres: a copy of one has an empty cluster.
    centres.push(rowAt(next < 0 ? random.integer(count) : next));
  }
  return centres;
}

function lloyd(points: Float32Array, width: number, centres: Float64Array[], iterations: number): Clustering {
  const count = points.length / width;
  const assignment = new Int32Array(count).fill(-1);
  const squared = new Float64Array(count);
  for (let iteration = 0; ; iteration++) {
    let changed = false;
    for (let i = 0; i < count; i++) {
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      for (const [c, centre] of centres.entries()) {
        const distance = squaredDistance(points, i, width, centre);
        if (distance >= least) continue;
        nearest = c;
        least = distance;
      }
      changed ||= assignment[i] !== nearest;
      assignment[i] = nearest;
      squared[i] = least;
    }
    if (!changed || iteration === iterations) {
      return { assignment, inertia: squared.reduce((sum, distance) => sum + distance, 0) };
    }
    moveCentres(points, width, assignment, squared, centres);
  }
}

/** To the means of their points; one without points to the point that is farthest from its centre. */
function moveCentres(
  points: Float32Array,
  width: number,
  assignment: Int32Array,
  squared: Float64Array,
  centres: readonly Float64Array[],
): void {
  const sizes = new Int32Array(centres.length);
  for (const centre of centres) centre.fill(0);
  for (const [i, cluster] of assignment.entries()) {
    sizes[cluster] = (sizes[cluster] as number) + 1;
    const centre = centres[cluster] as Float64Array;
    for (let j = 0; j < width; j++) centre[j] = (centre[j] as number) + (points[i * width + j] as number);
  }
  for (const [c, centre] of centres.entries()) {
    const size = sizes[c] as number;
    if (size > 0) {
      for (let j = 0; j < width; j++) centre[j] = (centre[j] as number) / size;
      continue;
    }
    const far = squared.indexOf(squared.reduce((most, distance) => Math.max(most, distance), 0));
    centre.set(points.subarray(far * width, (far + 1) * width));
    squared[far] = 0;
  }
}

function squaredDistance(points: Float32Array, row: number, width: number, centre: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += ((points[row * width + j] as number) - (centre[j] as number)) ** 2;
  return sum;
}
