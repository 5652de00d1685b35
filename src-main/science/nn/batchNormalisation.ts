/** Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167) by the batch at hand. */
import type { Parameters } from '#engine/parameters.ts';
import { add, mean, mul, rsqrt, square, sub, type Tensor2D } from '#engine/tf.ts';

/** [batch, width] → the same shape. Heads are thrown away after training, so no running statistics are kept. */
export function batchNormalisation(
  name: string,
  width: number,
  parameters: Parameters,
): (input: Tensor2D) => Tensor2D {
  const gain = parameters.constant(`${name}/gain`, [width], 1);
  const bias = parameters.constant(`${name}/bias`, [width], 0);
  return (input) => {
    const centred = sub(input, mean(input, 0, true));
    const scale = rsqrt(add(mean(square(centred), 0, true), 1e-5));
    return add(mul(mul(centred, scale), gain), bias);
  };
}
