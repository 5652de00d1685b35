/** The part of a cross-entropy over all of a population that keeps features apart. */
import {
  add,
  exp,
  log,
  matMul,
  mul,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';

/**
 * Σ_x w(x) log Σ_x′ w(x′) exp(a_x·b_x′ / τ) for unit rows `a`, `b` [n, width] and weights [n] that sum to 1: the
 * limit of many negatives of the log Σ exp, less the logarithm of their number (Wang and Isola 2020,
 * arXiv 2005.10242, theorem 1).
 */
export function expectedLogSumExp(a: Tensor2D, b: Tensor2D, tau: number, marginal: Tensor1D): Scalar {
  // Cosines are at most 1: taken off, nothing overflows.
  const weights = exp(mul(sub(matMul(a, b, false, true), 1), 1 / tau)) as Tensor2D;
  const means = log(matMul(weights, reshape(marginal, [-1, 1]) as Tensor2D));
  return add(sum(mul(reshape(means, [-1]), marginal)), 1 / tau);
}
