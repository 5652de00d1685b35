/** Least squares with an L2 penalty in closed form, in double precision: the head of the theory. */
import type { FeatureSet } from '../definition.ts';
import { secondMoments } from './covariance.ts';

/**
 * Minimises (1/n)‖XW − Y‖² + λ‖W‖² with λ = `l2` × the mean square of a feature, so that the scale of the
 * features does not matter. `targets` [n, columns], row-major → W [width, columns].
 */
export function leastSquares(
  set: FeatureSet,
  targets: Float64Array,
  columns: number,
  l2: number,
): Float64Array {
  const { width, features, labels } = set;
  const moments = secondMoments(set, new Float64Array(width));
  let trace = 0;
  for (let j = 0; j < width; j++) trace += moments[j * width + j] as number;
  // Features that are all zero still have a solution: zero.
  const penalty = trace > 0 ? (l2 * trace) / width : 1;
  for (let j = 0; j < width; j++) moments[j * width + j] = (moments[j * width + j] as number) + penalty;
  const right = new Float64Array(width * columns);
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < width; j++) {
      const value = (features[i * width + j] as number) / labels.length;
      for (let c = 0; c < columns; c++) {
        right[j * columns + c] =
          (right[j * columns + c] as number) + value * (targets[i * columns + c] as number);
      }
    }
  }
  choleskySolve(moments, width, right, columns);
  return right;
}

/** A⁻¹B in the place of B [size, columns]; A's lower triangle is overwritten by its Cholesky factor. */
function choleskySolve(a: Float64Array, size: number, b: Float64Array, columns: number): void {
  const at = (i: number, j: number): number => a[i * size + j] as number;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      a[i * size + j] = i === j ? Math.sqrt(sum) : sum / at(j, j);
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < size; i++) {
      let sum = b[i * columns + c] as number;
      for (let k = 0; k < i; k++) sum -= at(i, k) * (b[k * columns + c] as number);
      b[i * columns + c] = sum / at(i, i);
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = b[i * columns + c] as number;
      for (let k = i + 1; k < size; k++) sum -= at(k, i) * (b[k * columns + c] as number);
      b[i * columns + c] = sum / at(i, i);
    }
  }
}
