/** log Σ exp of each row, without overflow, from operations whose second gradients are right. */
import { add, exp, log, max, reshape, sub, sum, type Tensor1D, type Tensor2D } from '#engine/tf.ts';

/**
 * Rows of `logits` [rows, columns] → [rows]. tf.logSoftmax has a first gradient only. The maximum is
 * differentiated with the rest: what it adds cancels, and its own second derivative is zero.
 */
export function logSumExp(logits: Tensor2D): Tensor1D {
  const highest = max(logits, 1, true);
  const total = log(sum(exp(sub(logits, highest)), 1, true));
  return reshape(add(total, highest), [logits.shape[0]]);
}
