/** Layer normalisation over features (Ba, Kiros and Hinton 2016, arXiv 1607.06450). */
import type { Parameters } from '#engine/parameters.ts';
import { add, mean, mul, rsqrt, square, sub, type Tensor, type Tensor2D } from '#engine/tf.ts';

/** PyTorch’s default; BERT’s 1e-12 vanishes beside a variance in single precision. */
const epsilon = 1e-5;

/** Each row of [rows, width] gets mean 0 and variance 1, then a gain and an offset a feature. */
export function layerNorm(name: string, width: number, parameters: Parameters): (x: Tensor2D) => Tensor2D {
  const gain = parameters.constant(`${name}/gain`, [width], 1);
  const offset = parameters.constant(`${name}/offset`, [width], 0);
  return (x) => {
    const centred = sub(x, mean(x, 1, true));
    const variance: Tensor = mean(square(centred), 1, true);
    return add(mul(mul(centred, rsqrt(add(variance, epsilon))), gain), offset);
  };
}
