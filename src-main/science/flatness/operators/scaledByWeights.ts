/**
 * D A D with D = diag |w|, of a curvature matrix A at weights w: its quadratic form asks what a relative change of
 * each weight does. Kwon, Kim, Park and Choi 2021 (arXiv 2102.11600) measure sharpness by perturbations of that
 * form; the matrix and its trace are Basin's own. Where a layer's weights grow by c and what follows does not see
 * it, as a normalisation does not, A's rows and columns shrink by 1/c and D A D stays as it is.
 */
import type { Parameters } from '#engine/parameters.ts';
import type { SymmetricOperator } from '../../linalg/operator.ts';

/** `operator` is of `weights`, at their present values, and stays the caller's to dispose. */
export function scaledByWeights(operator: SymmetricOperator, weights: Parameters): SymmetricOperator {
  const sizes = weightSizes(weights);
  const scaled = (vector: ArrayLike<number>) =>
    Float64Array.from(sizes, (size, i) => size * (vector[i] as number));
  return { size: operator.size, matvec: (vector) => scaled(operator.matvec(scaled(vector))) };
}

/** |w| of all weights, one after another. */
export function weightSizes(weights: Parameters): Float64Array {
  const sizes = new Float64Array(weights.count);
  let offset = 0;
  for (const weight of weights.all.values()) {
    sizes.set(weight.dataSync().map(Math.abs), offset);
    offset += weight.size;
  }
  return sizes;
}
