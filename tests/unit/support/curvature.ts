/** A Hessian-vector product and a gradient beside central differences of what they differentiate. */
import { nativeBackend, tf } from '#engine/backend.ts';
import type { Binding, OutputInfo } from '#engine/capture/binding.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { kernelsReached } from '#engine/gradients/tape.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Scalar, Tensor } from '#engine/tf.ts';

type Numbers = readonly number[];

export interface Compared {
  /** What the loss and its gradient are made of, as far as it depends on the weights. */
  readonly kernels: ReadonlySet<string>;
  /** Size of the exact Hv. */
  readonly norm: number;
  /** Steps between whose ends every rectifier, comparison and maximum decides alike: the others mean nothing. */
  readonly steps: Numbers;
  /**
   * Relative errors at the best of them: of Hv, of vᵀHv, and of the gradient along v. The last two are sums,
   * and relative to the sizes of what is summed.
   */
  readonly product: number;
  readonly form: number;
  readonly slope: number;
}

/** `direction` holds a number for each weight, in order; it is moved along by ± each of `steps`. */
export function compareWithDifferences(
  parameters: Parameters,
  loss: () => Scalar,
  direction: Numbers,
  steps: Numbers,
): Compared {
  const weights = [...parameters.all.values()];
  const origin = weights.map((weight) => weight.clone());
  const vector = tf.tidy(() => {
    const parts = tf.split(
      tf.tensor1d([...direction]),
      weights.map(({ size }) => size),
    );
    return weights.map((weight, i) => (parts[i] as Tensor).reshape(weight.shape));
  });
  const at = (distance: number): Evaluated => {
    tf.tidy(() => {
      for (const [i, weight] of weights.entries())
        weight.assign((origin[i] as Tensor).add((vector[i] as Tensor).mul(distance)));
    });
    return evaluate(parameters, loss);
  };
  const exact = tf.tidy(() => {
    const named = Object.fromEntries(
      [...parameters.all.keys()].map((name, i) => [name, vector[i] as Tensor]),
    );
    return numbersOf(parameters, hessianVectorProduct(loss, parameters, named));
  });
  const here = at(0);
  const found = steps.flatMap((step) => {
    const [ahead, behind] = [at(step), at(-step)];
    if (ahead.branches !== here.branches || behind.branches !== here.branches) return [];
    const along = (a: number, b: number | undefined): number => (a - (b ?? Number.NaN)) / (2 * step);
    return {
      step,
      product: ahead.gradient.map((value, i) => along(value, behind.gradient[i])),
      slope: along(ahead.value, behind.value),
    };
  });
  for (const [i, weight] of weights.entries()) weight.assign(origin[i] as Tensor);
  tf.dispose([origin, vector]);

  const norm = length(exact);
  const least = (error: (one: (typeof found)[number]) => number): number => Math.min(...found.map(error));
  return {
    kernels: here.kernels,
    norm,
    steps: found.map(({ step }) => step),
    product: least(({ product }) => length(exact.map((value, i) => value - (product[i] as number))) / norm),
    form: least(({ product }) => errorOfSum(direction, exact, dot(direction, product))),
    slope: least((one) => errorOfSum(direction, here.gradient, one.slope)),
  };
}

interface Evaluated {
  readonly value: number;
  readonly gradient: Numbers;
  readonly kernels: ReadonlySet<string>;
  /** What every piecewise constant part of loss and gradient came to. */
  readonly branches: string;
}

function evaluate(parameters: Parameters, loss: () => Scalar): Evaluated {
  const found: Evaluated[] = [];
  // Inside another gradient, on whose tape this one's operations stand.
  const taped = tf.grad((x) => {
    const { result, branches } = withBranches(() => valueAndGradients(loss, parameters));
    found.push({
      value: result.value.dataSync()[0] as number,
      gradient: numbersOf(parameters, result.gradients),
      kernels: kernelsReached(parameters),
      branches,
    });
    return x.square();
  });
  tf.tidy(() => taped(tf.scalar(0)));
  return found[0] as Evaluated;
}

/** TensorFlow's operations that go in steps, beside those that give truth values or whole numbers. */
const piecewiseConstant = new Set(['Sign', 'Floor', 'Ceil', 'Round']);

function withBranches<T>(work: () => T): { result: T; branches: string } {
  const { binding } = nativeBackend;
  const branches: number[] = [];
  const executeOp: Binding['executeOp'] = (op, ...rest) => {
    const outputs = binding.executeOp(op, ...rest);
    const [{ id, dtype }] = outputs as [OutputInfo];
    if (dtype !== binding.TF_FLOAT || piecewiseConstant.has(op)) branches.push(...binding.tensorDataSync(id));
    if (op === 'MaxPoolGrad')
      branches.push(...binding.tensorDataSync(id).map((value) => Number(value !== 0)));
    return outputs;
  };
  nativeBackend.binding = new Proxy({} as Binding, {
    get: (_, key) => (key === 'executeOp' ? executeOp : Reflect.get(binding, key)),
  });
  try {
    const result = work();
    return { result, branches: branches.join() };
  } finally {
    nativeBackend.binding = binding;
  }
}

function numbersOf(parameters: Parameters, tensors: Readonly<Record<string, Tensor>>): number[] {
  return [...parameters.all.keys()].flatMap((name) => [
    ...((tensors[name] as Tensor).dataSync() as Float32Array),
  ]);
}

const dot = (a: Numbers, b: Numbers): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const length = (a: Numbers): number => Math.sqrt(dot(a, a));

function errorOfSum(a: Numbers, b: Numbers, found: number): number {
  const size = a.reduce((sum, value, i) => sum + Math.abs(value * (b[i] as number)), 0);
  return Math.abs(dot(a, b) - found) / size;
}
