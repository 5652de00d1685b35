import { expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { mlmLoss } from '#science/losses/mlm.ts';
import { crossEntropy } from './support/plainLosses.ts';

const logits = [
  [1.5, -0.25, 0.75],
  [90, -90, 3],
  [-2, 0.5, 4],
];
const targets = [2, 0, 1];
const weights = [1, 1, 0];

const value = (z: import('@tensorflow/tfjs-core').Tensor2D) =>
  mlmLoss.value(
    {},
    z,
    tf.oneHot(tf.tensor1d(targets, 'int32'), 3, 1, 0, 'float32') as typeof z,
    tf.tensor1d(weights),
  );

test('the mean of −log softmax over slots with weight', () => {
  expect(value(tf.tensor2d(logits)).dataSync()[0]).toBeCloseTo(crossEntropy(logits, targets, weights), 5);
});

test('its gradient is (softmax − one-hot) · weight / Σ weights', () => {
  const gradient = tf
    .grad((z) => value(z as never))(tf.tensor2d(logits))
    .arraySync() as number[][];
  for (const [i, row] of logits.entries()) {
    const most = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - most), 0);
    for (const [j, z] of row.entries()) {
      const p = Math.exp(z - most) / total;
      const exact = ((p - (targets[i] === j ? 1 : 0)) * (weights[i] as number)) / 2;
      expect(gradient[i]?.[j]).toBeCloseTo(exact, 6);
    }
  }
});

test('its second derivative is (diag p − p pᵀ) · weight / Σ weights', () => {
  const z = tf.tensor2d([[1.5, -0.25, 0.75]]);
  const direction = [0.3, -1, 2];
  const one = (x: typeof z) => mlmLoss.value({}, x, tf.tensor2d([[0, 0, 1]]) as typeof z, tf.tensor1d([1]));
  const slope = tf.grad((x) =>
    tf.sum(tf.mul(tf.grad((y) => one(y as typeof z))(x), tf.tensor2d([direction]))),
  );
  const product = (slope(z).arraySync() as number[][])[0] as number[];
  const exponentials = [1.5, -0.25, 0.75].map(Math.exp);
  const total = exponentials.reduce((sum, e) => sum + e, 0);
  const p = exponentials.map((e) => e / total);
  const along = p.reduce((sum, pi, i) => sum + pi * (direction[i] as number), 0);
  for (const [i, pi] of p.entries()) {
    expect(product[i]).toBeCloseTo(pi * ((direction[i] as number) - along), 5);
  }
});
