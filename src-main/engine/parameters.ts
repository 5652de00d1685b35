/** A model's weights by name, each drawn from a random stream of its own. */
import { BasinError } from '#contract/error.ts';
import { stream } from './random.ts';
import { tensor, tidy, type Variable, variable } from './tf.ts';

/** Columns of a matrix that are drawn with a deviation of their own and stand again in as many columns after them. */
export interface Twin {
  readonly columns: number;
  readonly deviation: number;
}

export abstract class Parameters {
  readonly #all = new Map<string, Variable>();

  get all(): ReadonlyMap<string, Variable> {
    return this.#all;
  }

  /** Numbers in all weights together. */
  get count(): number {
    return [...this.#all.values()].reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Independent normal numbers with the given standard deviation, but for the first columns where these are a twin. */
  normal(name: string, shape: readonly number[], deviation: number, twin?: Twin): Variable {
    return this.#add(name, shape, deviation, 0, twin);
  }

  constant(name: string, shape: readonly number[], value: number): Variable {
    return this.#add(name, shape, 0, value);
  }

  dispose(): void {
    for (const weight of this.#all.values()) weight.dispose();
    this.#all.clear();
  }

  protected abstract make(
    name: string,
    shape: readonly number[],
    deviation: number,
    mean: number,
    twin?: Twin,
  ): Variable;

  #add(name: string, shape: readonly number[], deviation: number, mean = 0, twin?: Twin): Variable {
    if (this.#all.has(name)) throw new BasinError('internal', `Weight ${name}: it exists already.`);
    const weight = this.make(name, shape, deviation, mean, twin);
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

  protected make(
    name: string,
    shape: readonly number[],
    deviation: number,
    mean: number,
    twin?: Twin,
  ): Variable {
    const random = stream(this.#seed, `init/${name}`);
    const values = new Float32Array(sizeOf(shape)).fill(mean);
    if (deviation > 0) for (let i = 0; i < values.length; i++) values[i] = mean + deviation * random.normal();
    if (twin) doubled(values, shape.at(-1) ?? 0, twin.columns, twin.deviation / deviation);
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

/** In each row of `width` numbers the first `columns` are scaled, and stand again in as many after them. */
function doubled(values: Float32Array, width: number, columns: number, scale: number): void {
  for (let row = 0; row < values.length; row += width) {
    for (let i = row; i < row + columns; i++) values[i] = (values[i] as number) * scale;
    values.copyWithin(row + columns, row, row + columns);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
