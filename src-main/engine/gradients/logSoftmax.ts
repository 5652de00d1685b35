/**
 * Log-softmax that may be differentiated twice: tfjs's own has a gradient from its saved output, which loses
 * a part of the second derivative. `#engine/tf.ts` exports this one under the name.
 */
// From tfjs itself: `tf.ts` stands above this file.
import { exp, log, max, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x − max x − log Σ exp(x − max x) along the last axis, of the same shape. The maximum is differentiated
 * with the rest: what it adds cancels, and its own second derivative is zero.
 */
export function logSoftmax<T extends Tensor>(logits: T): T {
  const axis = logits.rank - 1;
  const shifted = sub(logits, max(logits, axis, true));
  return sub(shifted, log(sum(exp(shifted), axis, true)));
}
