/** A model's weights by name, each drawn from a random stream of its own. */
import { BasinError } from '#contract/error.ts';
import { stream } from './random.ts';
import { tensor, variable, type Variable } from './tf.ts';

export class Parameters {
  readonly #seed: number;
  readonly #all = new Map<string, Variable>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  get all(): ReadonlyMap<string, Variable> {
    return this.#all;
  }

  /** Numbers in all weights together. */
  get count(): number {
    return [...this.#all.values()].reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Normal with the given standard deviation. */
  normal(name: string, shape: readonly number[], deviation: number): Variable {
    const random = stream(this.#seed, `init/${name}`);
    const size = shape.reduce((product, side) => product * side, 1);
    return this.#add(name, shape, Float32Array.from({ length: size }, () => deviation * random.normal()));
  }

  constant(name: string, shape: readonly number[], value: number): Variable {
    const size = shape.reduce((product, side) => product * side, 1);
    return this.#add(name, shape, new Float32Array(size).fill(value));
  }

  dispose(): void {
    for (const weight of this.#all.values()) weight.dispose();
    this.#all.clear();
  }

  #add(name: string, shape: readonly number[], values: Float32Array): Variable {
    if (this.#all.has(name)) throw new BasinError('internal', `Weight ${name}: it exists already.`);
    const initial = tensor(values, [...shape]);
    // Unnamed inside tfjs: its registry of names is global, ours is one model's.
    const weight = variable(initial, true);
    initial.dispose();
    this.#all.set(name, weight);
    return weight;
  }
}
