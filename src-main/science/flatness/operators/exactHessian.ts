/** The Hessian of a loss at the present weights, by differentiating its gradient (Pearlmutter 1994): Hv = ∇(∇L · v). */
import type { Feeds } from '#engine/engine.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Landscape } from '../../definition.ts';
import { type CurvatureOperator, curvatureOperator } from './curvatureOperator.ts';

/** @throws BasinError `unsupported` at the first product, for a loss with operations that are not known to be right */
export function exactHessian(
  landscape: Pick<Landscape, 'engine' | 'parameters' | 'loss' | 'examples'>,
  weights: Parameters,
  batches: readonly Feeds[],
): CurvatureOperator {
  return curvatureOperator(landscape, weights, batches, {
    name: 'Hessian product',
    product: (inputs, vector) => hessianVectorProduct(() => landscape.loss(inputs), weights, vector),
    over: 'mean',
  });
}
