import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { logSumExp } from '#science/losses/logSumExp.ts';
import { simclr } from '#science/losses/simclr.ts';
import { bruteForceGradient, maxDifference } from './support/differences.ts';
import { cosine, jointOf, populationValue, type Rows, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

function lossOf(z1: Rows, z2: Rows, temperature: number): number {
  return tf.tidy(
    () => simclr.value({ temperature }, { z1: tf.tensor2d(z1), z2: tf.tensor2d(z2) }).dataSync()[0],
  ) as number;
}

test.each([0.03, 0.2, 0.5, 5])('equals the sum over anchors (τ = %f)', (temperature) => {
  const z1 = rows(6, 5, 1);
  const z2 = rows(6, 5, 2);
  const expected = plainLosses.simclr({ temperature }, { z1, z2 });
  // Float32 cosines, magnified by 1/τ.
  expect(Math.abs(lossOf(z1, z2, temperature) - expected)).toBeLessThan(1e-6 / temperature + 1e-6);
});

test('equal features give log(2N − 1): every candidate is as likely as the positive', () => {
  const same = Array.from({ length: 5 }, () => [1, 2, 3]);
  expect(lossOf(same, same, 0.5)).toBeCloseTo(Math.log(9), 5);
});

test('its gradient agrees with central differences of the sum in double', () => {
  const z1 = rows(5, 4, 3);
  const z2 = rows(5, 4, 4);
  const expected = bruteForceGradient((a) => plainLosses.simclr({ temperature: 0.5 }, { z1: a, z2 }), z1);
  const gradient = tf.tidy(() =>
    tf
      .grad((a) => simclr.value({ temperature: 0.5 }, { z1: a, z2: tf.tensor2d(z2) }))(tf.tensor2d(z1))
      .arraySync(),
  ) as number[][];
  expect(maxDifference(gradient, expected)).toBeLessThan(2e-6);
});

test('log Σ exp neither overflows nor vanishes, and its gradient is the softmax', () => {
  const logits = [
    [1000, 999, -1000],
    [-2000, -2001, -2000],
  ];
  const values = tf.tidy(() => [...logSumExp(tf.tensor2d(logits)).dataSync()]);
  expect(values[0]).toBeCloseTo(1000 + Math.log(1 + Math.exp(-1)), 3);
  expect(values[1]).toBeCloseTo(-2000 + Math.log(2 + Math.exp(-1)), 3);
  const gradient = tf.tidy(() =>
    tf
      .grad((z) => tf.sum(logSumExp(z as never)))(tf.tensor2d(logits))
      .arraySync(),
  ) as number[][];
  const e = Math.exp(-1);
  const softmax = [
    [1 / (1 + e), e / (1 + e), 0],
    [1 / (2 + e), e / (2 + e), 1 / (2 + e)],
  ];
  expect(maxDifference(gradient, softmax)).toBeLessThan(1e-6);
});

test('over a population every vertex is a candidate, by its weight', () => {
  const [z, joint, temperature] = [rows(6, 3, 5), jointOf(6, 6), 0.4];
  const marginal = joint.map((row) => row.reduce((a, b) => a + b, 0));
  let expected = 0;
  for (const [x, row] of joint.entries()) {
    const logits = z.map((other) => cosine(z[x], other) / temperature);
    for (const [y, weight] of row.entries()) expected -= weight * (logits[y] ?? Number.NaN);
    const total = logits.reduce((sum, logit, y) => sum + (marginal[y] ?? Number.NaN) * Math.exp(logit), 0);
    expected += (marginal[x] ?? Number.NaN) * Math.log(total);
  }
  expect(populationValue({ loss: simclr, params: { temperature } }, { z }, joint)).toBeCloseTo(expected, 5);
});
