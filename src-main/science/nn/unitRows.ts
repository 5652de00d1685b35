/** Features scaled to length 1, and how far they spread over the sphere. */
import {
  add,
  mean,
  mul,
  rsqrt,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';

/** Rows of [batch, width] divided by their length; a zero row stays zero. */
export function unitRows(features: Tensor2D): Tensor2D {
  return mul(features, rsqrt(add(sum(square(features), 1, true), 1e-12)));
}

/** Cosine of row i of `a` and row i of `b`: [rows]. */
export function rowCosines(a: Tensor2D, b: Tensor2D): Tensor1D {
  return sum(mul(unitRows(a), unitRows(b)), 1);
}

/**
 * Collapse monitor: standard deviation over the batch of each coordinate of the unit features, averaged
 * over coordinates. About 1/√width for features spread evenly, 0 where all are equal.
 */
export function spread(features: Tensor2D): Scalar {
  const unit = unitRows(features);
  const variance = mean(square(sub(unit, mean(unit, 0, true))), 0);
  return mean(sqrt(variance)) as Scalar;
}
