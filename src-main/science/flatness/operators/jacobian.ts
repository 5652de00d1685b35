/** Products with the Jacobian J of some outputs z(w), in either direction, by reverse differentiation alone. */
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import { mul, type Scalar, sum, type Tensor, variable, zerosLike } from '#engine/tf.ts';
import { ChosenWeights } from './chosenWeights.ts';
import type { NamedTensors } from './curvatureOperator.ts';

const dual = 'dual/outputs';

/**
 * Jv, of the shape of z. Jᵀu is linear in u, so that Jv is the gradient of Jᵀu · v by u: the u-part of a
 * product with the Hessian of z(w) · u by both, which is checked as any other is.
 * @throws BasinError `unsupported`, as `hessianVectorProduct` does
 */
export function jacobianVectorProduct(
  outputs: () => Tensor,
  weights: Parameters,
  vector: NamedTensors,
): Tensor {
  const zero = zerosLike(outputs());
  const u = variable(zero);
  try {
    const both = new ChosenWeights([...weights.all, [dual, u]]);
    const along = { ...vector, [dual]: zero };
    return hessianVectorProduct(() => sum(mul(outputs(), u)) as Scalar, both, along)[dual] as Tensor;
  } finally {
    u.dispose();
  }
}

/** Jᵀc, by weight name. */
export function vectorJacobianProduct(
  outputs: () => Tensor,
  weights: Parameters,
  cotangent: Tensor,
): NamedTensors {
  return valueAndGradients(() => sum(mul(outputs(), cotangent)) as Scalar, weights).gradients;
}
