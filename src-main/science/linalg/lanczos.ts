/**
 * Lanczos' method (1950) with full re-orthogonalisation: A's projection on the Krylov space of a start
 * vector, a tridiagonal matrix.
 */
import type { SymmetricOperator } from './operator.ts';
import { dot, norm, orthogonalise, scale } from './vectors.ts';

/** A coupling below this share of what the product was before is rounding: the space is invariant. */
const invariant = 1e-10;

export interface Tridiagonal {
  /** [steps]; fewer than asked for where the Krylov space is invariant before. */
  readonly diagonal: Float64Array;
  /** [steps − 1] */
  readonly offDiagonal: Float64Array;
}

/** Holds `steps` vectors. `start` [size] need not have unit length. */
export function lanczos(operator: SymmetricOperator, start: Float64Array, steps: number): Tridiagonal {
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  const basis: Float64Array[] = [];
  let next: Float64Array = start.slice();
  scale(next, 1 / norm(next));
  while (diagonal.length < steps) {
    basis.push(next);
    const product = operator.matvec(next);
    const before = norm(product);
    diagonal.push(dot(next, product));
    orthogonalise(product, basis);
    const coupling = norm(product);
    if (diagonal.length === steps || !(coupling > invariant * before)) break;
    offDiagonal.push(coupling);
    scale(product, 1 / coupling);
    next = product;
  }
  return { diagonal: Float64Array.from(diagonal), offDiagonal: Float64Array.from(offDiagonal) };
}
