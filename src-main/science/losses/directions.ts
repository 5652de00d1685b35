/** Losses with two directions: view 1 predicts view 2, and the other way round. */
import { add, mean, mul, type Scalar, type Tensor1D } from '#engine/tf.ts';

export interface Directions {
  /** Of each pair, [batch]: the first view's loss and the second's. */
  readonly first: Tensor1D;
  readonly second: Tensor1D;
}

/** Each pair's loss: both directions times `weight`, ½ for their mean, 1 for their sum. */
export function pairLosses({ first, second }: Directions, weight: number): Tensor1D {
  return mul(add(first, second), weight);
}

/** What either direction adds to the loss. */
export function directionParts(
  { first, second }: Directions,
  weight: number,
): { readonly first: Scalar; readonly second: Scalar } {
  return { first: mul(mean(first), weight), second: mul(mean(second), weight) };
}
