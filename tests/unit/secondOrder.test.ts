import { describe, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { secondOrderSafe } from '#engine/gradients/secondOrder.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import type { Scalar, Tensor, Tensor2D } from '#engine/tf.ts';
import { type Compared, compareWithDifferences, expectAgreement } from './support/curvature.ts';
import {
  compositions,
  cube,
  image,
  type Operation,
  operations,
  twoByTwo,
  unevenSum,
} from './support/operations.ts';

const steps = [1e-2, 2e-3, 3e-4];

function compare(operation: Operation, seed: number, within = false): Compared {
  const parameters = new SeededParameters(seed);
  const x = parameters.normal('x', [3, 4], 1) as Tensor as Tensor2D;
  const random = stream(seed, 'direction');
  const direction = Array.from({ length: 12 }, () => random.normal());
  const loss = (): Scalar => unevenSum(operation, x);
  try {
    return compareWithDifferences(parameters, loss, direction, steps, { within });
  } finally {
    parameters.dispose();
  }
}

const seeds = [1, 2, 3];

describe('Hessian-vector products against central differences of the gradient', () => {
  test('every operation of the list has its functions here', () => {
    expect(new Set(Object.keys(operations))).toEqual(new Set(secondOrderSafe));
  });

  test.each(Object.keys(operations))(
    '%s',
    (name) => {
      for (const operation of operations[name] ?? []) {
        for (const seed of seeds) {
          // Differences see a held target move with x, unless it is held for them, too.
          const compared = compare(operation, seed, name === 'StopGradient');
          expect(compared.kernels).toContain(name);
          expectAgreement(compared);
        }
      }
    },
    20_000,
  );

  test.each(Object.keys(compositions))('%s', (name) => {
    for (const seed of seeds) expectAgreement(compare(compositions[name] as Operation, seed));
  });
});

describe('curvature through an operation that is not on the list', () => {
  /** By the name in the error. */
  const refused: Readonly<Record<string, Operation>> = {
    logSoftmax: (x) => tf.logSoftmax(x),
    'Prod, Cumprod': (x) => tf.prod(x, 1),
    Cumprod: (x) => tf.cumprod(x, 1),
    MirrorPad: (x) =>
      cube(
        tf.mirrorPad(
          x,
          [
            [1, 0],
            [0, 1],
          ],
          'reflect',
        ),
      ),
    ResizeBilinear: (x) => cube(tf.image.resizeBilinear(image(x), [5, 5])),
    fusedConv2d: (x) => tf.fused.conv2d({ x: image(x), filter: twoByTwo(), strides: 1, pad: 'same' }).tanh(),
    customGrad: (x) =>
      tf.customGrad((...inputs) => {
        const [z] = inputs as [Tensor];
        return { value: z.square(), gradFunc: (dy: Tensor) => dy.mul(z).mul(2) };
      })(x),
  };

  test.each(Object.keys(refused))('%s is an error that names it', (name) => {
    expect(() => compare(refused[name] as Operation, 1)).toThrow(
      new RegExp(`second derivatives of ${name}|not found for ${name}`),
    );
  });

  test('a refused operation leaves no tensor behind', () => {
    const parameters = new SeededParameters(1);
    const x = parameters.normal('x', [3, 4], 1);
    const vector = { x: tf.ones([3, 4]) };
    const before = tf.memory().numTensors;
    const loss = (): Scalar => tf.logSoftmax(tf.sin(tf.exp(x as Tensor))).sum();
    expect(() => tf.tidy(() => hessianVectorProduct(loss, parameters, vector))).toThrow(
      'not known to be right',
    );
    expect(tf.memory().numTensors).toBe(before);
    vector.x.dispose();
    parameters.dispose();
  });
});
