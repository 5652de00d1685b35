/**
 * Places in the plane by forces (Fruchterman and Reingold 1991, with masses and gravity as in ForceAtlas2, Jacomy
 * et al. 2014). They descend
 *
 *   U(p) = ½ Σ w(x, x⁺) ‖p_x − p_x⁺‖² − Σ w(x) w(x′) ln ‖p_x − p_x′‖ + g Σ w(x) ‖p_x‖²
 *
 * over ordered pairs: positive pairs attract and independent ones repel, as in the losses. At its minimum the
 * mean of w ‖p_x − p_x⁺‖² is about 1. Gravity keeps components that no edge joins from drifting apart.
 */
import type { Stream } from '#engine/random.ts';
import type { Edges } from '../graph/graph.ts';

interface Layout {
  readonly x: Float64Array<ArrayBuffer>;
  readonly y: Float64Array<ArrayBuffer>;
}

const gravity = 0.1;
const rate = 0.4;
/** Longest move in the first round; it shrinks to nothing by the last. */
const firstMove = 0.6;
/** Vertices at one place repel as if they were this far apart, squared. */
const softening = 1e-4;

/**
 * `masses` [n] are relative: w(x) of the drawn vertices. Each edge stands once, and no loop. n² operations a round.
 */
export function forceLayout(masses: Float64Array, edges: Edges, random: Stream, rounds = 240): Layout {
  const count = masses.length;
  const x = Float64Array.from({ length: count }, () => random.normal());
  const y = Float64Array.from({ length: count }, () => random.normal());
  const [fx, fy] = [new Float64Array(count), new Float64Array(count)];
  const share = shares(masses);
  const pull = transitions(edges, count);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) {
      fx[i] = -gravity * (x[i] as number);
      fy[i] = -gravity * (y[i] as number);
    }
    attract(edges, pull, { x, y }, fx, fy);
    repel(share, { x, y }, fx, fy);
    const longest = firstMove * (1 - round / rounds);
    for (let i = 0; i < count; i++) {
      const [dx, dy] = [rate * (fx[i] as number), rate * (fy[i] as number)];
      const cut = Math.min(1, longest / Math.max(1e-12, Math.hypot(dx, dy)));
      x[i] = (x[i] as number) + cut * dx;
      y[i] = (y[i] as number) + cut * dy;
    }
  }
  return { x, y };
}

function shares(masses: Float64Array): Float64Array {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

/** Of each edge, w(x, x⁺) over the sum of x's edges and over that of x⁺'s: what is drawn of a vertex counts as all. */
function transitions({ from, to, weight }: Edges, count: number): [Float64Array, Float64Array] {
  const sums = new Float64Array(count);
  for (let e = 0; e < weight.length; e++) {
    const w = weight[e] as number;
    sums[from[e] as number] = (sums[from[e] as number] as number) + w;
    sums[to[e] as number] = (sums[to[e] as number] as number) + w;
  }
  const over = (ends: ArrayLike<number>) =>
    Float64Array.from(weight, (w, e) => w / (sums[ends[e] as number] as number));
  return [over(from), over(to)];
}

function attract(
  { from, to }: Edges,
  [ofFrom, ofTo]: [Float64Array, Float64Array],
  { x, y }: Layout,
  fx: Float64Array,
  fy: Float64Array,
): void {
  for (let e = 0; e < from.length; e++) {
    const [i, j] = [from[e] as number, to[e] as number];
    const [dx, dy] = [(x[j] as number) - (x[i] as number), (y[j] as number) - (y[i] as number)];
    fx[i] = (fx[i] as number) + (ofFrom[e] as number) * dx;
    fy[i] = (fy[i] as number) + (ofFrom[e] as number) * dy;
    fx[j] = (fx[j] as number) - (ofTo[e] as number) * dx;
    fy[j] = (fy[j] as number) - (ofTo[e] as number) * dy;
  }
}

function repel(share: Float64Array, { x, y }: Layout, fx: Float64Array, fy: Float64Array): void {
  for (let i = 0; i < share.length; i++) {
    for (let j = i + 1; j < share.length; j++) {
      const [dx, dy] = [(x[i] as number) - (x[j] as number), (y[i] as number) - (y[j] as number)];
      const inverse = 1 / (dx * dx + dy * dy + softening);
      const [ofJ, ofI] = [(share[j] as number) * inverse, (share[i] as number) * inverse];
      fx[i] = (fx[i] as number) + ofJ * dx;
      fy[i] = (fy[i] as number) + ofJ * dy;
      fx[j] = (fx[j] as number) - ofI * dx;
      fy[j] = (fy[j] as number) - ofI * dy;
    }
  }
}
