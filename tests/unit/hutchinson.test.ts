import { afterEach, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Feeds, Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import type { Scalar, Tensor, Tensor2D } from '#engine/tf.ts';
import type { Landscape } from '#science/definition.ts';
import { centralDifferenceHessian } from '#science/flatness/operators/centralDifferenceHessian.ts';
import type { CurvatureOperator } from '#science/flatness/operators/curvatureOperator.ts';
import { exactHessian } from '#science/flatness/operators/exactHessian.ts';
import { trace } from '#science/flatness/trace.ts';
import { hutchinson } from '#science/linalg/hutchinson.ts';

let parameters = new SeededParameters(0);

afterEach(() => {
  parameters.dispose();
  parameters = new SeededParameters(0);
});

const matrix = [
  [4, 1, -2],
  [1, 3, 0.5],
  [-2, 0.5, -1],
];
/** A loss of one example in one part: its own output. */
function landscapeOf(loss: (inputs: Inputs) => Scalar, batch: Feeds = {}): Landscape {
  return {
    ...{ engine: eagerEngine(), parameters, loss, outputs: loss, lossOf: (output) => output as Scalar },
    exampleLosses: (inputs) => tf.reshape(loss(inputs), [1]),
    batch: () => batch,
    examples: () => 1,
  };
}

const explicit = {
  size: 3,
  matvec: (vector: Float32Array) =>
    Float64Array.from(matrix, (row) => row.reduce((sum, entry, j) => sum + entry * (vector[j] ?? 0), 0)),
};

test('over all signs the mean of vᵀAv is the trace; one diagonal matrix needs one probe', () => {
  const { estimate, stderr, samples } = hutchinson(explicit, 4000, 'rademacher', stream(1, 'probes'));
  // vᵀAv = 6 + 2 (v₁v₂ − 2 v₁v₃ + ½ v₂v₃): four values, each for a quarter of the signs.
  const expected = new Set([
    6 + 2 * (1 - 2 + 0.5),
    6 + 2 * (1 + 2 - 0.5),
    6 + 2 * (-1 - 2 - 0.5),
    6 + 2 * (-1 + 2 + 0.5),
  ]);
  expect(new Set(samples)).toEqual(expected);
  // Variance 4 (1 + 4 + ¼) = 21.
  expect(stderr).toBeCloseTo(Math.sqrt(21 / 4000), 2);
  expect(Math.abs(estimate - 6)).toBeLessThan(4 * stderr);
  const diagonal = {
    size: 3,
    matvec: (v: Float32Array) => Float64Array.from(v, (entry, i) => (i + 1) * entry),
  };
  expect(hutchinson(diagonal, 2, 'rademacher', stream(2, 'probes'))).toEqual({
    estimate: 6,
    stderr: 0,
    samples: [6, 6],
  });
});

test('normal probes have variance 2‖A‖²', () => {
  const { estimate, stderr } = hutchinson(explicit, 20_000, 'normal', stream(3, 'probes'));
  const square = matrix.flat().reduce((sum, entry) => sum + entry * entry, 0);
  expect(stderr / Math.sqrt((2 * square) / 20_000)).toBeCloseTo(1, 1);
  expect(Math.abs(estimate - 6)).toBeLessThan(4 * stderr);
});

test('the Hessian of a quadratic comes out exactly, across several weights', () => {
  const [a, b] = [parameters.normal('a', [2], 1), parameters.normal('b', [1, 1], 1)];
  const loss = (): Scalar => {
    const w = tf.concat([a, tf.reshape(b, [1])], 0).reshape([3, 1]) as Tensor2D;
    return tf.mul(tf.sum(tf.mul(w, tf.matMul(tf.tensor2d(matrix), w))), 0.5) as Scalar;
  };
  const before = tf.memory().numTensors;
  const hessian = centralDifferenceHessian(landscapeOf(loss), parameters, [{}], 1e-2);
  expect(hessian.size).toBe(3);
  for (const vector of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, -1, 1],
  ]) {
    const product = hessian.matvec(Float32Array.from(vector));
    const expected = explicit.matvec(Float32Array.from(vector));
    // Float32 rounding of gradients of size 5, divided by 2ε.
    for (const [i, entry] of product.entries())
      expect(Math.abs(entry - (expected[i] ?? 0))).toBeLessThan(3e-4);
  }
  hessian.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('the trace of a small net is that of its Hessian by second differences in double precision', () => {
  const [batch, inputs, hidden] = [6, 3, 4];
  const first = parameters.normal('first', [inputs, hidden], 0.8);
  const second = parameters.normal('second', [hidden, 1], 0.8);
  const random = stream(4, 'data');
  const x = Float32Array.from({ length: batch * inputs }, () => random.normal());
  const y = Float32Array.from({ length: batch }, () => random.normal());
  const loss = (fed: Inputs): Scalar => {
    // Softplus: smooth, so that second differences converge.
    const units = tf.softplus(tf.matMul(fed.x as Tensor2D, first as unknown as Tensor2D));
    return tf.mean(
      tf.square(tf.sub(tf.matMul(units as Tensor2D, second as unknown as Tensor2D), fed.y as Tensor2D)),
    );
  };
  const weights = [...first.dataSync(), ...second.dataSync()];
  const doubleLoss = (w: readonly number[]): number => {
    let total = 0;
    for (let n = 0; n < batch; n++) {
      let output = 0;
      for (let h = 0; h < hidden; h++) {
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += (x[n * inputs + i] ?? 0) * (w[i * hidden + h] ?? 0);
        output += Math.log1p(Math.exp(sum)) * (w[inputs * hidden + h] ?? 0);
      }
      total += (output - (y[n] ?? 0)) ** 2 / batch;
    }
    return total;
  };
  const secondDifference = (i: number): number => {
    const at = (by: number): number => doubleLoss(weights.map((w, k) => (k === i ? w + by : w)));
    return (at(1e-4) - 2 * at(0) + at(-1e-4)) / 1e-8;
  };
  const expected = weights.reduce((sum, _, i) => sum + secondDifference(i), 0);

  const landscape = landscapeOf(loss, {
    x: { shape: [batch, inputs], data: x },
    y: { shape: [batch, 1], data: y },
  });
  const params = trace.params.parse({ probes: 60 });
  const measured = trace.measure(params, landscape, stream(5, 'probes'));
  expect(Math.abs(measured.value - expected)).toBeLessThan(4 * (measured.stderr ?? 0));
  expect(measured.stderr).toBeLessThan(0.25 * expected);
  // Probe by probe, with every entry of the Hessian: what is left is float32 rounding.
  const batches = [landscape.batch(batch)];
  const exact = diagonalSum(exactHessian(landscape, parameters, batches));
  expect(Math.abs(exact - expected)).toBeLessThan(2e-5 * expected);
  const differences = centralDifferenceHessian(landscape, parameters, batches, 1e-3);
  expect(Math.abs(diagonalSum(differences) - expected)).toBeLessThan(1e-3 * expected);
  // And the weights are where they were, bit for bit.
  expect([...first.dataSync(), ...second.dataSync()]).toEqual(weights);
});

/** The trace, entry by entry of the diagonal. */
function diagonalSum(hessian: CurvatureOperator): number {
  let sum = 0;
  for (let i = 0; i < hessian.size; i++) {
    sum +=
      hessian.matvec(Float32Array.from({ length: hessian.size }, (_, k) => (k === i ? 1 : 0)))[i] ??
      Number.NaN;
  }
  hessian.dispose();
  return sum;
}

test('a loss whose second derivatives are not known is refused, unless differences are asked for', () => {
  const weight = parameters.constant('weight', [2], 0.5);
  // No gradient of this operation is registered for a second pass; ½ · Σ 3 w² has trace 6.
  const squares = tf.customGrad((...inputs) => {
    const [x] = inputs as [Tensor];
    return { value: tf.mul(1.5, tf.square(x)), gradFunc: (dy: Tensor) => tf.mul(dy, tf.mul(3, x)) };
  });
  const landscape = landscapeOf(() => tf.sum(squares(weight)) as Scalar);
  const measure = (settings: object) =>
    trace.measure(trace.params.parse(settings), landscape, stream(6, 'probes'));
  const before = tf.memory().numTensors;
  expect(() => measure({})).toThrow(/not known to be right/);
  expect(measure({ product: 'differences' }).value).toBeCloseTo(6, 2);
  expect(tf.memory().numTensors).toBe(before);
});
