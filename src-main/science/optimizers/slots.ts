/** An optimizer's memory: one tensor of zeros a weight, under `<kind>/<weight>`. */
import type { Parameters } from '#engine/parameters.ts';
import { tidy, type Variable, variable, zeros } from '#engine/tf.ts';

export function createSlots(kinds: readonly string[], parameters: Parameters): Map<string, Variable> {
  const slots = new Map<string, Variable>();
  for (const kind of kinds) {
    for (const [name, weight] of parameters.all) {
      slots.set(
        `${kind}/${name}`,
        tidy(() => variable(zeros(weight.shape), false)),
      );
    }
  }
  return slots;
}

/** Biases, gains and other vectors are not shrunk: decay is meant for matrices and kernels. */
export function isDecayed(weight: Variable): boolean {
  return weight.rank > 1;
}
