/** log Σ exp of each row from operations whose second gradients are known to be right, unlike tf.logSoftmax. */
import {
  add,
  customGrad,
  exp,
  log,
  max,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  zerosLike,
} from '#engine/tf.ts';

/** Rows of `logits` [rows, columns] → [rows]. */
export function logSumExp(logits: Tensor2D): Tensor1D {
  const highest = constantMax(logits);
  const total = log(sum(exp(sub(logits, highest)), 1, true));
  return add(total, highest).reshape([logits.shape[0]]);
}

/** Held constant: it cancels out of log Σ exp, and its own gradient has no second one in tfjs. */
const constantMax = customGrad((...inputs) => {
  const [logits] = inputs as [Tensor];
  return { value: max(logits, -1, true), gradFunc: () => zerosLike(logits) };
});
