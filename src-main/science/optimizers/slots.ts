/** An optimizer's memory: one tensor of zeros a weight, under `<kind>/<weight>`. */
import { z } from 'zod';
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

/** Whether vectors shrink, too: left out of the decay are biases, gains and offsets, by most methods. */
export const decayVectors = z.boolean().default(false).meta({
  title: 'Decay vectors',
  description: 'Biases and the gains of norms shrink, too, and not only matrices and kernels.',
});

export function isDecayed(weight: Variable, vectors: boolean): boolean {
  return vectors || weight.rank > 1;
}
