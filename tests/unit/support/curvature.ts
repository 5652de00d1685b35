/** A Hessian-vector product and a gradient beside central differences of what they differentiate. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { tf } from '#engine/backend.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { kernelsReached } from '#engine/gradients/tape.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Scalar, Tensor } from '#engine/tf.ts';
import { type Decisions, withDecisions } from './branches.ts';

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

/**
 * `direction` holds a number for each weight, in order; it is moved along by ± each of `steps`. `within`
 * compares on the smooth piece that the weights stand on: comparisons and rectifiers decide as they do there.
 */
export function compareWithDifferences(
  parameters: Parameters,
  loss: () => Scalar,
  direction: Numbers,
  steps: Numbers,
  { within = false } = {},
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
  const here = evaluate(parameters, loss);
  const at = (distance: number): Evaluated => {
    tf.tidy(() => {
      for (const [i, weight] of weights.entries())
        weight.assign((origin[i] as Tensor).add((vector[i] as Tensor).mul(distance)));
    });
    return evaluate(parameters, loss, within ? here.decisions : undefined);
  };
  const exact = tf.tidy(() => {
    const named = Object.fromEntries(
      [...parameters.all.keys()].map((name, i) => [name, vector[i] as Tensor]),
    );
    return numbersOf(parameters, hessianVectorProduct(loss, parameters, named));
  });
  const found = steps.flatMap((step) => {
    const [ahead, behind] = [at(step), at(-step)];
    if (!isDeepStrictEqual([ahead.decisions, behind.decisions], [here.decisions, here.decisions])) return [];
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

/** To 1e-3: in 32 bits, rounding over a small step and the next derivatives over a large one leave no more. */
export function expectAgreement({ norm, steps, product, form, slope }: Compared): void {
  expect(norm).toBeGreaterThan(0);
  expect(steps).not.toEqual([]);
  expect(product, 'Hv').toBeLessThan(1e-3);
  expect(form, 'vᵀHv').toBeLessThan(1e-3);
  expect(slope, 'the gradient along v').toBeLessThan(1e-3);
}

interface Evaluated {
  readonly value: number;
  readonly gradient: Numbers;
  readonly kernels: ReadonlySet<string>;
  readonly decisions: Decisions;
}

function evaluate(parameters: Parameters, loss: () => Scalar, decided?: Decisions): Evaluated {
  const found: Evaluated[] = [];
  // Inside another gradient, on whose tape this one's operations stand.
  const taped = tf.grad((x) => {
    const { result, decisions } = withDecisions(() => valueAndGradients(loss, parameters), decided);
    found.push({
      value: result.value.dataSync()[0] as number,
      gradient: numbersOf(parameters, result.gradients),
      kernels: kernelsReached(parameters),
      decisions,
    });
    return x.square();
  });
  tf.tidy(() => taped(tf.scalar(0)));
  return found[0] as Evaluated;
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
