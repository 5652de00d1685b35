/** A dense layer: x W + b, initialised for rectified units (He et al. 2015, arXiv 1502.01852). */
import type { Parameters, Twin } from '#engine/parameters.ts';
import { add, matMul, type Tensor1D, type Tensor2D } from '#engine/tf.ts';

/** [batch, from] → [batch, to]. `gain` 2 keeps the variance through a following relu, 1 without one. */
export function dense(
  name: string,
  from: number,
  to: number,
  gain: number,
  parameters: Parameters,
): (input: Tensor2D) => Tensor2D {
  const { kernel, bias } = denseWeights(name, from, to, gain, parameters);
  return (input) => add(matMul(input, kernel), bias);
}

/** The layer's W [from, to] and b [to], for one that uses parts of them. @param twin as in `Parameters.normal` */
export function denseWeights(
  name: string,
  from: number,
  to: number,
  gain: number,
  parameters: Parameters,
  twin?: Twin,
): { readonly kernel: Tensor2D; readonly bias: Tensor1D } {
  const kernel = parameters.normal(`${name}/kernel`, [from, to], Math.sqrt(gain / from), twin);
  const bias = parameters.constant(`${name}/bias`, [to], 0);
  return { kernel: kernel as unknown as Tensor2D, bias: bias as unknown as Tensor1D };
}
