import { describe, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { hessianVectorProduct } from '#engine/gradients/hessianVectorProduct.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '#engine/tf.ts';

type Operation = (x: Tensor2D) => Tensor;

/** Smooth functions of a [3, 4] matrix; each stands for the operation it is named after. */
const operations: Readonly<Record<string, Operation>> = {
  Exp: (x) => tf.exp(x),
  Tanh: (x) => tf.tanh(x),
  Sigmoid: (x) => tf.sigmoid(x),
  Elu: (x) => tf.elu(x),
  Softmax: (x) => tf.softmax(x),
  Softplus: (x) => tf.softplus(x),
  Relu: (x) => tf.relu(x).square(),
  ClipByValue: (x) => tf.clipByValue(x, -0.5, 0.7).pow(3),
  Erf: (x) => tf.erf(x),
  'GELU by erf': (x) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1)),
  Abs: (x) => tf.abs(x).pow(3),
  Sqrt: (x) => tf.sqrt(x.square().add(1)),
  Rsqrt: (x) => tf.rsqrt(x.square().add(1)),
  Reciprocal: (x) => tf.reciprocal(x.square().add(1)),
  Log: (x) => tf.log(x.square().add(1)),
  Log1p: (x) => tf.log1p(x.square()),
  Sin: (x) => tf.sin(x),
  Cos: (x) => tf.cos(x),
  Pow: (x) => tf.pow(x, 3),
  RealDiv: (x) => tf.div(x, x.square().add(2)),
  SquaredDifference: (x) => tf.squaredDifference(x, x.sin()),
  Mean: (x) => tf.mean(x, 1).pow(3),
  Select: (x) => tf.where(x.greater(0), x.pow(3), x.square()),
  Max: (x) => tf.max(x, 1).pow(3),
  'log-sum-exp below its maximum': (x) => {
    const highest = tf.max(x, 1, true);
    return tf
      .log(tf.sum(tf.exp(x.sub(highest)), 1, true))
      .add(highest)
      .pow(2);
  },
  Minimum: (x) => tf.minimum(x.pow(3), x.square()),
  Maximum: (x) => tf.maximum(x.pow(3), x.square()),
  'masked by a comparison': (x) => x.pow(3).mul(tf.cast(x.lessEqual(0.2), 'float32')),
  Transpose: (x) => tf.transpose(x).pow(3),
  Reshape: (x) => tf.reshape(x, [2, 6]).pow(3),
  'Concat and Slice': (x) => tf.concat([x, x.slice([0, 1], [3, 2])], 1).pow(3),
  'SplitV and Pack': (x) => tf.stack(tf.split(x, 2, 1)).pow(3),
  Unpack: (x) => tf.addN(tf.unstack(x).map((row, i) => row.pow(i + 2))),
  PadV2: (x) =>
    tf
      .pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        1,
      )
      .pow(3),
  Tile: (x) => tf.tile(x, [2, 1]).pow(3),
  GatherV2: (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')).pow(3),
  UnsortedSegmentSum: (x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1], 'int32'), 2).pow(3),
  BatchMatMul: (x) => tf.matMul(tf.sin(x), x, false, true).pow(2),
  'log-sum-exp': (x) => tf.log(tf.sum(tf.exp(x), 1)),
  'cross-entropy of softmax': (x) => tf.log(tf.softmax(x).add(1e-3)),
  'L2-normalised rows': (x) => tf.matMul(x.div(tf.sqrt(x.square().sum(1, true))), x, false, true),
  'layer normalisation': (x) => {
    const centred = x.sub(x.mean(1, true));
    return centred.mul(tf.rsqrt(centred.square().mean(1, true).add(1e-5))).pow(3);
  },
  'Conv2D against its input': (x) => {
    const filter = tf.tensor4d([1, -2, 3, 0.5, 2, -1, 1, 1], [2, 2, 1, 2]);
    return tf.conv2d(x.reshape([1, 3, 4, 1]) as Tensor4D, filter, [1, 2], 'same').tanh();
  },
  'Conv2D against its filter': (x) => {
    const image = tf.sin(tf.range(0, 32)).reshape([1, 4, 4, 2]) as Tensor4D;
    return tf.conv2d(image, x.reshape([1, 2, 2, 3]) as Tensor4D, 1, 'valid').tanh();
  },
  'Conv2D against both': (x) =>
    tf
      .conv2d(x.reshape([1, 3, 4, 1]) as Tensor4D, x.reshape([2, 2, 1, 3]).sin() as Tensor4D, 1, 'same')
      .tanh(),
  AvgPool: (x) => tf.avgPool(x.reshape([1, 3, 4, 1]) as Tensor4D, 2, 1, 'valid').pow(3),
};

function productsOf(operation: Operation, seed: number) {
  const parameters = new SeededParameters(seed);
  const x = parameters.normal('x', [3, 4], 1);
  const random = stream(seed, 'direction');
  const direction = Float32Array.from({ length: 12 }, () => random.normal());
  const weights = tf.sin(tf.range(1, 100));
  // Weighted unevenly, so that no derivative cancels by symmetry.
  const loss = (): Scalar => {
    const value = operation(x as Tensor as Tensor2D).flatten();
    return value.mul(weights.slice(0, value.size)).sum();
  };
  const exact = tf.tidy(() => {
    const vector = { x: tf.tensor(direction, [3, 4]) };
    return [...(hessianVectorProduct(loss, parameters, vector).x?.dataSync() ?? [])];
  });
  const origin = Float32Array.from(x.dataSync());
  const gradientAt = (distance: number) =>
    tf.tidy(() => {
      x.assign(
        tf.tensor(
          origin.map((value, i) => value + distance * (direction[i] ?? 0)),
          [3, 4],
        ),
      );
      return [...(valueAndGradients(loss, parameters).gradients.x?.dataSync() ?? [])];
    });
  const differences = [3e-2, 1e-2, 3e-3, 1e-3].map((epsilon) => {
    const [ahead, behind] = [gradientAt(epsilon), gradientAt(-epsilon)];
    return ahead.map((value, i) => (value - (behind[i] ?? Number.NaN)) / (2 * epsilon));
  });
  parameters.dispose();
  weights.dispose();
  return { exact, differences };
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(a.reduce((total, value, i) => total + (value - (b[i] ?? Number.NaN)) ** 2, 0));

describe('Hessian-vector products against central differences of the gradient', () => {
  test.each(Object.keys(operations))('%s', (name) => {
    for (const seed of [1, 2, 3]) {
      const { exact, differences } = productsOf(operations[name] as Operation, seed);
      const norm = Math.sqrt(exact.reduce((total, value) => total + value * value, 0));
      expect(norm).toBeGreaterThan(0);
      // The best of several step sizes: large ones err by curvature, small ones by rounding to 24 bits.
      const error = Math.min(...differences.map((difference) => distance(exact, difference))) / norm;
      expect(error).toBeLessThan(1e-3);
    }
  });

  test('an operation that is not on the list is an error that names it', () => {
    expect(() => productsOf((x) => tf.logSoftmax(x), 1)).toThrow(/second derivatives of .*[lL]ogSoftmax/);
    expect(() => productsOf((x) => tf.cumsum(x, 1).pow(3), 1)).toThrow(/second derivatives of .*Cumsum/);
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
