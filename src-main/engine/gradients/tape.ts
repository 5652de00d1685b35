/** What tfjs has recorded of the gradient that is being taken. */
import type { Parameters } from '../parameters.ts';
import { engine, type Tensor } from '../tf.ts';

interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
}

/**
 * Kernels between the weights and whatever depends on them: everything else is a constant to the derivative.
 * An operation that brings a gradient of its own goes by the name of its function, or as `customGrad`.
 */
export function kernelsReached(parameters: Parameters): ReadonlySet<string> {
  const depending = new Set([...parameters.all.values()].map(({ id }) => id));
  const kernels = new Set<string>();
  const tape: readonly TapeNode[] = engine().state.activeTape ?? [];
  for (const { kernelName, inputs, outputs } of tape) {
    if (!Object.values(inputs).some((input) => depending.has(input?.id))) continue;
    for (const { id } of outputs) depending.add(id);
    if (!isCopy(inputs.x, outputs[0])) kernels.add(nameOf(kernelName));
  }
  return kernels;
}

/** tfjs calls functions `…__op`, and `forward` what is differentiated. */
function nameOf(kernel: string): string {
  return kernel === 'forward' ? 'customGrad' : kernel.replace(/__op$/, '');
}

/** tfjs tapes the copies that it saves under the name of whatever function runs: identities are right. */
function isCopy(input: Tensor | undefined, output: Tensor | undefined): boolean {
  if (input === undefined || output === undefined) return false;
  return input.dataId === output.dataId && input.shape.join() === output.shape.join();
}

/** tfjs frees what the tape saved only where differentiation succeeds: a whole forward pass would leak. */
export function releaseTape(): void {
  const { state } = engine();
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}
