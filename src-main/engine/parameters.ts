/** A model's weights by name, each drawn from a random stream of its own. */
import { BasinError } from '#contract/error.ts';
import { stream } from './random.ts';
import { tensor, tidy, type Variable, variable } from './tf.ts';

export abstract class Parameters {
  readonly #all = new Map<string, Variable>();

  get all(): ReadonlyMap<string, Variable> {
    return this.#all;
  }

  /** Numbers in all weights together. */
  get count(): number {
    return [...this.#all.values()].reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Independent normal numbers with the given standard deviation. */
  normal(name: string, shape: readonly number[], deviation: number): Variable {
    return this.#add(name, shape, deviation);
  }

  constant(name: string, shape: readonly number[], value: number): Variable {
    return this.#add(name, shape, 0, value);
  }

  dispose(): void {
    for (const weight of this.#all.values()) weight.dispose();
    this.#all.clear();
  }

  protected abstract make(name: string, shape: readonly number[], deviation: number, mean: number): Variable;

  #add(name: string, shape: readonly number[], deviation: number, mean = 0): Variable {
    if (this.#all.has(name)) throw new BasinError('internal', `Weight ${name}: it exists already.`);
    const weight = this.make(name, shape, deviation, mean);
    this.#all.set(name, weight);
    return weight;
  }
}

/** Weights in TensorFlow, initialised from the run's seed. */
export class SeededParameters extends Parameters {
  readonly #seed: number;

  constructor(seed: number) {
    super();
    this.#seed = seed;
  }

  protected make(name: string, shape: readonly number[], deviation: number, mean: number): Variable {
    const random = stream(this.#seed, `init/${name}`);
    const values = new Float32Array(sizeOf(shape)).fill(mean);
    if (deviation > 0) for (let i = 0; i < values.length; i++) values[i] = mean + deviation * random.normal();
    const initial = tensor(values, [...shape]);
    // Unnamed inside tfjs: its registry of names is global, ours is one model's.
    const weight = variable(initial, true);
    initial.dispose();
    return weight;
  }
}

/** Weights in TensorFlow whose numbers are given by name, row-major. */
export class LoadedParameters extends Parameters {
  readonly #numbers: ReadonlyMap<string, Float32Array>;

  constructor(numbers: ReadonlyMap<string, Float32Array>) {
    super();
    this.#numbers = numbers;
  }

  protected make(name: string, shape: readonly number[]): Variable {
    const numbers = this.#numbers.get(name);
    if (!numbers) throw new BasinError('internal', `Weight ${name}: its numbers were not given.`);
    return tidy(() => variable(tensor(numbers, [...shape]), true));
  }
}

/** Shapes alone, for counting a model's weights where no backend is loaded. */
export class ShapesOnly extends Parameters {
  override dispose(): void {}

  protected make(_name: string, shape: readonly number[]): Variable {
    // Enough for a `build` that only creates weights; using one in an operation fails at once.
    return { shape: [...shape], rank: shape.length, size: sizeOf(shape) } as unknown as Variable;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
