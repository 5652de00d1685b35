/** Loss and its gradient with respect to every weight, by name. */
import { BasinError } from '#contract/error.ts';
import type { Parameters } from '../parameters.ts';
import { type Scalar, type Tensor, variableGrads } from '../tf.ts';

export interface ValueAndGradients {
  readonly value: Scalar;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** @throws BasinError `internal` for a weight that the loss does not depend on. */
export function valueAndGradients(loss: () => Scalar, parameters: Parameters): ValueAndGradients {
  const weights = [...parameters.all];
  const { value, grads } = variableGrads(
    loss,
    weights.map(([, weight]) => weight),
  );
  const gradients = weights.map(([name, weight]) => {
    const gradient = grads[weight.name];
    if (!gradient) throw new BasinError('internal', `Weight ${name}: the loss does not use it.`);
    return [name, gradient] as const;
  });
  return { value, gradients: Object.fromEntries(gradients) };
}
