/** How a gradient of the engine's own is written down. */
import { cast, mul, type NamedAttrMap, type Tensor, zerosLike } from '../tf.ts';

type Saved = readonly Tensor[];
type InputGradients = Readonly<Record<string, () => Tensor>>;

export interface GradientDefinition {
  /** Names of the inputs that the gradient needs; they arrive in this order. Outputs are never saved. */
  readonly inputs: readonly string[];
  gradients(dy: Tensor, saved: Saved, attributes: NamedAttrMap): InputGradients;
}
/** By the name of the kernel. */
export type GradientDefinitions = Readonly<Record<string, GradientDefinition>>;

/** A function of each number by itself, with the given derivative. */
export const unary = (derivative: (x: Tensor) => Tensor): GradientDefinition => ({
  inputs: ['x'],
  gradients: (dy, [x]) => ({ x: () => mul(dy, derivative(x as Tensor)) }),
});

/** A result of steps: its derivative is zero wherever it exists. */
export const flat = (...inputs: readonly string[]): GradientDefinition => ({
  inputs,
  gradients: (_dy, saved) =>
    Object.fromEntries(inputs.map((name, i) => [name, () => cast(zerosLike(saved[i] as Tensor), 'float32')])),
});
