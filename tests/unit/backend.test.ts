import { expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';

test('the native backend multiplies, and differentiates twice', () => {
  expect(tf.getBackend()).toBe('tensorflow');
  const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  expect([...tf.matMul(a, a).dataSync()]).toEqual([7, 10, 15, 22]);
  // d²/dx² Σ x⁴ = 12 x².
  const first = tf.grad((x) => tf.sum(tf.pow(x, 4)));
  const second = tf.grad((x) => tf.sum(first(x)));
  expect([...second(tf.tensor1d([1, 2, -3])).dataSync()]).toEqual([12, 48, 108]);
});
