/** A dense layer: x W + b, initialised for rectified units (He et al. 2015, arXiv 1502.01852). */
import type { Parameters } from '#engine/parameters.ts';
import { add, matMul, type Tensor2D } from '#engine/tf.ts';

/** [batch, from] → [batch, to]. `gain` 2 keeps the variance through a following relu, 1 without one. */
export function dense(
  name: string,
  from: number,
  to: number,
  gain: number,
  parameters: Parameters,
): (input: Tensor2D) => Tensor2D {
  const kernel = parameters.normal(`${name}/kernel`, [from, to], Math.sqrt(gain / from));
  const bias = parameters.constant(`${name}/bias`, [to], 0);
  return (input) => add(matMul(input, kernel as unknown as Tensor2D), bias);
}
