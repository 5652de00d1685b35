/** The Gaussian error linear unit from its definition (Hendrycks and Gimpel 2016, arXiv 1606.08415). */
import { add, erf, mul, type Tensor } from '#engine/tf.ts';

/** x · Φ(x) = x · (1 + erf(x / √2)) / 2, elementwise; no tanh approximation. */
export function gelu<T extends Tensor>(x: T): T {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}
