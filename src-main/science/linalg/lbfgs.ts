/**
 * Limited-memory BFGS for smooth functions (Nocedal and Wright 2006, algorithms 7.4 and 7.5). Where the function is
 * not convex, steps along which the slope fell are not remembered, so that every direction descends.
 */

/** Writes the gradient at `point` into `gradient` and answers with the value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsResult {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the largest entry of the gradient fell to the tolerance. */
  readonly converged: boolean;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

const memory = 10;

export interface LbfgsOptions {
  readonly iterations: number;
  /** Of the gradient's largest entry. */
  readonly tolerance: number;
  /** Told after each step. */
  readonly onStep?: ((iteration: number, value: number) => void) | undefined;
}

/** Stops at the tolerance, at the limit, or where rounding lets no step decrease the value any more. */
export function lbfgs(
  objective: Objective,
  start: Float64Array,
  { iterations, tolerance, onStep }: LbfgsOptions,
): LbfgsResult {
  const size = start.length;
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(point, gradient);
  const pairs: Pair[] = [];
  let iteration = 0;
  for (; iteration < iterations && largest(gradient) > tolerance; iteration++) {
    const direction = newtonDirection(gradient, pairs);
    const slope = dot(direction, gradient);
    // Before curvature is known, a step of unit length at most.
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const nextGradient = new Float64Array(size);
    let next = moved(point, direction, length);
    let nextValue = objective(next, nextGradient);
    let halvings = 0;
    while (!(nextValue <= value + 1e-4 * length * slope) && halvings < 20) {
      length /= 2;
      halvings++;
      next = moved(point, direction, length);
      nextValue = objective(next, nextGradient);
    }
    if (halvings === 20) break;
    const step = difference(next, point);
    const change = difference(nextGradient, gradient);
    const curvature = dot(step, change);
    // Where the function is convex only rounding makes it negative.
    if (curvature > 1e-12 * dot(change, change)) pairs.push({ step, change, curvature });
    if (pairs.length > memory) pairs.shift();
    point = next;
    gradient = nextGradient;
    value = nextValue;
    onStep?.(iteration + 1, value);
  }
  return { point, value, iterations: iteration, converged: largest(gradient) <= tolerance };
}

/** −H⁻¹g by the two-loop recursion over the remembered steps. */
function newtonDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const weights: number[] = [];
  for (const { step, change, curvature } of pairs.toReversed()) {
    const weight = dot(step, direction) / curvature;
    addScaled(direction, change, -weight);
    weights.push(weight);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i] = scale * (direction[i] as number);
  }
  for (const { step, change, curvature } of pairs) {
    const weight = weights.pop() as number;
    addScaled(direction, step, weight - dot(change, direction) / curvature);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function addScaled(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (vector[i] as number);
}

const moved = (point: Float64Array, direction: Float64Array, length: number): Float64Array =>
  point.map((entry, i) => entry + length * (direction[i] as number));

const difference = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((entry, i) => entry - (b[i] as number));

const largest = (vector: Float64Array): number => {
  let most = 0;
  for (const entry of vector) most = Math.max(most, Math.abs(entry));
  return most;
};
