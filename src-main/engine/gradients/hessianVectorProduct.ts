/** Exact products of a loss's Hessian with a vector, by differentiating the gradient (Pearlmutter 1994). */
import { BasinError } from '#contract/error.ts';
import type { Parameters } from '../parameters.ts';
import { addN, mul, type Scalar, sum, type Tensor } from '../tf.ts';
import { secondOrderSafe } from './secondOrder.ts';
import { kernelsReached, releaseTape } from './tape.ts';
import { valueAndGradients } from './valueAndGradients.ts';

/**
 * Hv = ∇(∇L · v), by weight name; `vector` has one tensor a weight, of its shape.
 * @throws BasinError `unsupported`, naming it, for an operation whose second derivative is not known to be right
 */
export function hessianVectorProduct(
  loss: () => Scalar,
  parameters: Parameters,
  vector: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const slope = (): Scalar => {
    const { gradients } = valueAndGradients(loss, parameters);
    requireSafe(parameters);
    const products = Object.entries(gradients).map(([name, gradient]) =>
      sum(mul(gradient, vector[name] as Tensor)),
    );
    return addN(products) as Scalar;
  };
  return valueAndGradients(slope, parameters).gradients;
}

function requireSafe(parameters: Parameters): void {
  const unsafe = [...kernelsReached(parameters)].filter((kernel) => !secondOrderSafe.has(kernel));
  if (unsafe.length === 0) return;
  releaseTape();
  const names = unsafe.join(', ');
  throw new BasinError(
    'unsupported',
    `Curvature: second derivatives of ${names} are not known to be right. Build the loss from other operations.`,
  );
}
