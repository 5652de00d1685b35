/** Exact products of a loss's Hessian with a vector, by differentiating the gradient (Pearlmutter 1994). */
import { BasinError } from '#contract/error.ts';
import type { Parameters } from '../parameters.ts';
import { addN, engine, mul, type Scalar, sum, type Tensor } from '../tf.ts';
import { secondOrderSafe } from './secondOrder.ts';
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
    requireSafe(engine().state.activeTape ?? [], parameters);
    const products = Object.entries(gradients).map(([name, gradient]) =>
      sum(mul(gradient, vector[name] as Tensor)),
    );
    return addN(products) as Scalar;
  };
  return valueAndGradients(slope, parameters).gradients;
}

interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
}

/** Only what depends on the weights is looked at: everything else is a constant to the derivative. */
function requireSafe(tape: readonly TapeNode[], parameters: Parameters): void {
  const depending = new Set([...parameters.all.values()].map(({ id }) => id));
  const unsafe = new Set<string>();
  for (const { kernelName, inputs, outputs } of tape) {
    if (!Object.values(inputs).some(({ id }) => depending.has(id))) continue;
    for (const { id } of outputs) depending.add(id);
    // tfjs tapes the copies that it saves under the name of whatever function runs: identities are right.
    const isCopy = inputs.x !== undefined && inputs.x.dataId === outputs[0]?.dataId;
    if (!isCopy && !secondOrderSafe.has(kernelName)) unsafe.add(kernelName);
  }
  if (unsafe.size === 0) return;
  releaseTape();
  const names = [...unsafe].join(', ');
  throw new BasinError(
    'unsupported',
    `Curvature: second derivatives of ${names} are not known to be right. Build the loss from other operations.`,
  );
}

/** tfjs frees what the tape saved only where differentiation succeeds: a whole forward pass would leak. */
function releaseTape(): void {
  const { state } = engine();
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}
