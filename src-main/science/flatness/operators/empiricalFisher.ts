/**
 * The empirical Fisher matrix, the mean over examples of g gᵀ with g the gradient of one example's loss
 * (Kunstner, Balles and Hennig 2019, arXiv 1905.12558, equation 3, who also tell how it differs from the
 * Fisher matrix). With J the Jacobian of the losses of all n examples it is JᵀJ / n.
 */
import type { Feeds } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Landscape } from '../../definition.ts';
import { type CurvatureOperator, curvatureOperator } from './curvatureOperator.ts';
import { jacobianVectorProduct, vectorJacobianProduct } from './jacobian.ts';

/** @throws BasinError `unsupported` for a loss that is no mean over examples, or at the first product as the others */
export function empiricalFisher(
  landscape: Landscape,
  weights: Parameters,
  batches: readonly Feeds[],
): CurvatureOperator {
  return curvatureOperator(landscape, weights, batches, {
    name: 'Fisher product',
    product(inputs, vector) {
      const losses = () => landscape.exampleLosses(inputs);
      return vectorJacobianProduct(losses, weights, jacobianVectorProduct(losses, weights, vector));
    },
    over: 'sum',
  });
}
