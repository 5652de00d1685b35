/**
 * The space that a symmetric operator spans from some start vectors (band Lanczos, Ruhe 1979), orthonormal
 * throughout:
 *
 *   A Q = Q H + P C,   QᵀQ = I, PᵀQ = 0
 *
 * with Q the vectors that A has been applied to, P those that wait for it, and C their coupling. A Ritz pair
 * H s = θ s has the residual ‖A Qs − θ Qs‖ = ‖C s‖.
 */
import type { Stream } from '#engine/random.ts';
import { eigh } from './eigh.ts';
import type { SymmetricOperator } from './operator.ts';
import { combination, dot, norm, orthogonalise, randomDirection, scale } from './vectors.ts';

export type End = 'largest' | 'smallest';

export interface RitzPairs {
  /** Outermost first. */
  readonly values: readonly number[];
  readonly residuals: readonly number[];
  /** Of each Ritz vector, in the basis Q. */
  readonly coordinates: readonly Float64Array[];
  /** Largest |θ| of all. */
  readonly scale: number;
}

/** A rest below this share of the product is rounding: that direction is spent. */
const spent = 1e-12;

export class KrylovSpace {
  readonly #operator: SymmetricOperator;
  readonly #random: Stream;
  readonly #locked: readonly Float64Array[];
  /** Q, in the order in which A was applied. */
  #basis: Float64Array[] = [];
  /** H, of which row i is known up to its diagonal. */
  #projection: Float64Array[] = [];
  /** P, and for each of its vectors the row of C. */
  #waiting: { readonly vector: Float64Array; coupling: Float64Array }[] = [];
  #products = 0;

  /** @param locked orthonormal eigenvectors, out of whose complement the space never goes */
  constructor(
    operator: SymmetricOperator,
    startVectors: number,
    random: Stream,
    locked: readonly Float64Array[] = [],
  ) {
    this.#operator = operator;
    this.#random = random;
    this.#locked = locked;
    for (let i = 0; i < startVectors; i++) this.#start();
  }

  get size(): number {
    return this.#basis.length;
  }

  get products(): number {
    return this.#products;
  }

  /** Whether it has all dimensions that are not locked: its Ritz pairs are A's eigenpairs. */
  get isWhole(): boolean {
    return this.size + this.#locked.length >= this.#operator.size;
  }

  /** One product more. An invariant space goes on in a random direction outside of it. */
  grow(): void {
    if (this.#waiting.length === 0) this.#start();
    const next = this.#waiting.shift();
    if (!next) return;
    const product = this.#operator.matvec(next.vector);
    this.#products += 1;
    const before = norm(product);
    this.#basis.push(next.vector);
    const known = this.#basis.length;
    orthogonalise(product, this.#locked);
    const coordinates = orthogonalise(product, [
      ...this.#basis,
      ...this.#waiting.map(({ vector }) => vector),
    ]);
    this.#projection.push(Float64Array.from([...next.coupling, coordinates[known - 1] as number]));
    for (const [i, other] of this.#waiting.entries()) {
      other.coupling = Float64Array.from([...other.coupling, coordinates[known + i] as number]);
    }
    const rest = norm(product);
    if (!(rest > spent * before)) return;
    scale(product, 1 / rest);
    const coupling = new Float64Array(known);
    coupling[known - 1] = rest;
    this.#waiting.push({ vector: product, coupling });
  }

  /** The `count` outermost pairs, or as many as there are. */
  ritz(count: number, end: End): RitzPairs {
    const { size } = this;
    const matrix = new Float64Array(size * size);
    for (const [i, row] of this.#projection.entries()) matrix.set(row, i * size);
    const { values, vectors } = eigh(matrix, size);
    const order = Array.from(values.keys());
    if (end === 'largest') order.reverse();
    const chosen = order.slice(0, count);
    const coordinates = chosen.map((i) => vectors[i] as Float64Array);
    return {
      values: chosen.map((i) => values[i] as number),
      residuals: coordinates.map((s) => Math.hypot(...this.#waiting.map(({ coupling }) => dot(coupling, s)))),
      coordinates,
      scale: values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
    };
  }

  /** Qs for each s. */
  vectors(coordinates: readonly Float64Array[]): Float64Array[] {
    return coordinates.map((s) => combination(this.#basis, s));
  }

  /** Keeps the `count` outermost Ritz vectors as Q, and P as it is. */
  restart(count: number, end: End): void {
    const { values, coordinates } = this.ritz(count, end);
    this.#basis = this.vectors(coordinates);
    this.#projection = values.map((value, i) => {
      const row = new Float64Array(i + 1);
      row[i] = value;
      return row;
    });
    for (const other of this.#waiting) {
      const { coupling } = other;
      other.coupling = Float64Array.from(coordinates, (s) => dot(coupling, s));
    }
  }

  #start(): void {
    const known = [...this.#locked, ...this.#basis, ...this.#waiting.map(({ vector }) => vector)];
    const vector = randomDirection(this.#operator.size, known, this.#random);
    if (vector) this.#waiting.push({ vector, coupling: new Float64Array(this.size) });
  }
}
