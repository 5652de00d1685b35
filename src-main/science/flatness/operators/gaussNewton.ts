/**
 * The generalised Gauss–Newton matrix JᵀH_out J (Schraudolph 2002; Martens 2020, arXiv 1412.1193, section 8):
 * J the Jacobian of the model's outputs (logits, projections) by the weights, H_out the Hessian of the loss
 * by the outputs. It is the Hessian without the curvature of the model itself. For cross-entropy it is
 * positive semidefinite and the Fisher matrix; a contrastive loss is not convex in the projections, and
 * neither is then its Gauss–Newton matrix.
 */
import type { Feeds, Inputs } from '#engine/engine.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import type { Parameters } from '#engine/parameters.ts';
import { type Tensor, variable } from '#engine/tf.ts';
import type { Landscape } from '../../definition.ts';
import { ChosenWeights } from './chosenWeights.ts';
import { type CurvatureOperator, curvatureOperator } from './curvatureOperator.ts';
import { jacobianVectorProduct, vectorJacobianProduct } from './jacobian.ts';

/** @throws BasinError `unsupported` at the first product, for a loss with operations that are not known to be right */
export function gaussNewton(
  landscape: Landscape,
  weights: Parameters,
  batches: readonly Feeds[],
): CurvatureOperator {
  return curvatureOperator(landscape, weights, batches, {
    name: 'Gauss-Newton product',
    product(inputs, vector) {
      const outputs = () => landscape.outputs(inputs);
      const moved = jacobianVectorProduct(outputs, weights, vector);
      return vectorJacobianProduct(outputs, weights, outputHessianProduct(landscape, inputs, moved));
    },
    over: 'mean',
  });
}

/** H_out · `moved`, at the model's present outputs. */
function outputHessianProduct(landscape: Landscape, inputs: Inputs, moved: Tensor): Tensor {
  const name = 'outputs';
  const outputs = variable(landscape.outputs(inputs));
  try {
    const alone = new ChosenWeights([[name, outputs]]);
    const loss = () => landscape.lossOf(outputs, inputs);
    return hessianVectorProduct(loss, alone, { [name]: moved })[name] as Tensor;
  } finally {
    outputs.dispose();
  }
}
