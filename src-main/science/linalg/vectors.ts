/** Inner products and sums of vectors, and orthonormal sets of them. */
import type { Stream } from '#engine/random.ts';
import type { Vector } from './operator.ts';

/** A rest shorter than this share of what it was left of is rounding, not a direction of its own. */
const independent = 1e-10;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

export function norm(vector: Vector): number {
  return Math.sqrt(dot(vector, vector));
}

/** `vector` + `factor` · `other`, in place. */
export function addScaled(vector: Float64Array, factor: number, other: Vector): void {
  for (let i = 0; i < vector.length; i++) {
    vector[i] = (vector[i] as number) + factor * (other[i] as number);
  }
}

/** In place. */
export function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * factor;
}

/** Σ weights[i] · vectors[i] */
export function combination(vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  addCombination(sum, 1, vectors, weights);
  return sum;
}

/**
 * Takes the projections on an orthonormal `basis` off `vector`, in place, and answers with its
 * coordinates there. Classical Gram–Schmidt, which unlike the modified one can take several directions
 * at once, and twice: after one pass rounding leaves a short rest far from orthogonal (Giraud, Langou
 * and Rozložník 2005).
 */
export function orthogonalise(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const coordinates = new Float64Array(basis.length);
  for (let pass = 0; pass < 2; pass++) {
    const found = innerProducts(vector, basis);
    addCombination(vector, -1, basis, found);
    for (const [i, coordinate] of found.entries()) coordinates[i] = (coordinates[i] as number) + coordinate;
  }
  return coordinates;
}

type Four<T> = readonly [T, T, T, T];

/** v · b of each b. Four share one way through v: memory is the limit for long vectors. */
function innerProducts(v: Float64Array, vectors: readonly Float64Array[]): Float64Array {
  const products = new Float64Array(vectors.length);
  const inFours = vectors.length - (vectors.length % 4);
  for (let at = 0; at < inFours; at += 4) {
    const [a, b, c, d] = vectors.slice(at, at + 4) as unknown as Four<Float64Array>;
    let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0];
    for (let i = 0; i < v.length; i++) {
      const entry = v[i] as number;
      ofA += entry * (a[i] as number);
      ofB += entry * (b[i] as number);
      ofC += entry * (c[i] as number);
      ofD += entry * (d[i] as number);
    }
    products.set([ofA, ofB, ofC, ofD], at);
  }
  for (let at = inFours; at < vectors.length; at++) products[at] = dot(v, vectors[at] as Float64Array);
  return products;
}

/** v + factor · Σ weights[i] · vectors[i], in place. */
function addCombination(
  v: Float64Array,
  factor: number,
  vectors: readonly Float64Array[],
  weights: ArrayLike<number>,
): void {
  const scaled = Array.from(weights, (weight) => factor * weight);
  const inFours = vectors.length - (vectors.length % 4);
  for (let at = 0; at < inFours; at += 4) {
    const [a, b, c, d] = vectors.slice(at, at + 4) as unknown as Four<Float64Array>;
    const [byA, byB, byC, byD] = scaled.slice(at, at + 4) as unknown as Four<number>;
    for (let i = 0; i < v.length; i++) {
      v[i] =
        (v[i] as number) +
        (byA * (a[i] as number) + byB * (b[i] as number) + (byC * (c[i] as number) + byD * (d[i] as number)));
    }
  }
  for (let at = inFours; at < vectors.length; at++) {
    addScaled(v, scaled[at] as number, vectors[at] as Float64Array);
  }
}

/** An orthonormal basis of what `vectors` span; those that depend on earlier ones drop out. */
export function orthonormalBasis(vectors: Iterable<Vector>): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    const length = norm(rest);
    orthogonalise(rest, basis);
    const left = norm(rest);
    if (!(left > independent * length)) continue;
    scale(rest, 1 / left);
    basis.push(rest);
  }
  return basis;
}

/** A random direction of unit length, orthogonal to `basis`; null where that spans everything. */
export function randomDirection(
  size: number,
  basis: readonly Float64Array[],
  random: Stream,
): Float64Array | null {
  if (basis.length >= size) return null;
  const vector = Float64Array.from({ length: size }, () => random.normal());
  orthogonalise(vector, basis);
  scale(vector, 1 / norm(vector));
  return vector;
}
