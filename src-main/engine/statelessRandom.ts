/**
 * Random numbers inside a program: pure functions of a seed that is fed, so that eager execution, a
 * captured graph, compiled or not, and a resumed run draw the same. The generator is Philox 4×32 with ten rounds
 * (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), seeded as TensorFlow's stateless
 * operations do. Nothing is differentiated through the numbers themselves.
 */
import { BasinError } from '#contract/error.ts';
import { handleOf } from './capture/binding.ts';
import type { Feed } from './engine.ts';
import { nativeKernel } from './nativeKernel.ts';
import { stream } from './random.ts';
import { cast, engine, greaterEqual, mul, scalar, type Tensor, type Tensor1D, tensor1d } from './tf.ts';

/** TensorFlow's number of the algorithm; left to itself it would choose by device. */
const philox = 1;

const uniformKernel = 'StatelessRandomUniformV2';
const normalKernel = 'StatelessRandomNormalV2';

/** Input: `seed`, int32 [2]. Attribute: `shape`. */
const randomKernel = (kernelName: string) =>
  nativeKernel<'seed'>(kernelName, (backend, { seed }, attributes) => {
    const { binding } = backend;
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
    // XLA's own versions draw other numbers from the same seed.
    const uncompiled = { name: '_XlaCompile', type: binding.TF_ATTR_BOOL, value: false };
    const sides = tensor1d(attributes?.shape as number[], 'int32');
    const algorithm = scalar(philox, 'int32');
    // By handles: key and counter are unsigned 64-bit integers, which tfjs has no tensors for.
    const state = binding.executeOp(
      'StatelessRandomGetKeyCounter',
      [type('Tseed', binding.TF_INT32), uncompiled],
      [handleOf(backend, seed)],
      2,
    );
    const [numbers] = binding.executeOp(
      kernelName,
      [type('dtype', binding.TF_FLOAT), type('Tshape', binding.TF_INT32), uncompiled],
      [handleOf(backend, sides), ...state.map(({ id }) => id), handleOf(backend, algorithm)],
      1,
    );
    for (const { id } of state) binding.deleteTensor(id);
    sides.dispose();
    algorithm.dispose();
    return backend.createOutputTensor(numbers as (typeof state)[number]);
  });

export const statelessRandomKernels = [randomKernel(uniformKernel), randomKernel(normalKernel)];

/** A seed of its own for each name and step of a run, as a program's feed: int32 [2]. */
export function seedFeed(seed: number, name: string, step: number): Feed {
  const random = stream(seed, name, step);
  return { shape: [2], data: Int32Array.from({ length: 2 }, () => random.integer(2 ** 32)) };
}

/** Independent numbers, uniform in [0, 1) with 23 bits. `seed` is int32 [2]. */
export function uniform(shape: readonly number[], seed: Tensor1D): Tensor {
  return engine().runKernel(uniformKernel, { seed }, { shape: [...shape] });
}

/** Independent standard normal numbers. `seed` is int32 [2]. */
export function normal(shape: readonly number[], seed: Tensor1D): Tensor {
  return engine().runKernel(normalKernel, { seed }, { shape: [...shape] });
}

/**
 * Each number of x is zero with probability `rate`, else divided by 1 − rate, so that its expectation stays
 * (Srivastava et al. 2014). Linear in x, also for second derivatives.
 * @throws BasinError `bad-input` for a rate outside [0, 1)
 */
export function dropout<T extends Tensor>(x: T, rate: number, seed: Tensor1D): T {
  if (!(rate >= 0 && rate < 1)) {
    throw new BasinError('bad-input', `Dropout: a rate of ${rate} is not in [0, 1).`);
  }
  const kept = cast(greaterEqual(uniform(x.shape, seed), rate), 'float32');
  return mul(x, mul(kept, 1 / (1 - rate)));
}
