import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { supervised } from '#science/losses/supervised.ts';
import { expectAsPlain, jointOf, populationValue, rows } from './support/lossCheck.ts';
import { crossEntropy, plainLosses } from './support/plainLosses.ts';

const targets = [2, 0, -1, 1, 2, -1];
const loss = supervised;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

test('is the mean cross-entropy over the rows that have a label', () => {
  const arrays = { logits: rows(6, 3, 1).map((row) => row.map((entry) => 3 * entry)) };
  expectAsPlain({
    ...{ loss, params: {}, arrays, targets },
    plain: (given, held) => plainLosses.supervised({}, given, held, targets),
  });
});

test('without any label it is zero, not a division by zero', () => {
  const value = tf.tidy(() => {
    const arrays = { logits: tf.tensor2d(rows(2, 3, 2)), targets: tf.tensor1d([-1, -1], 'int32') };
    return loss.value({}, arrays).dataSync()[0];
  });
  expect(value).toBe(0);
});

test('over a population labelled vertices count by their weight', () => {
  const [logits, joint] = [rows(6, 3, 3), jointOf(6, 4)];
  const marginal = joint.map((row) => row.reduce((a, b) => a + b, 0));
  const value = populationValue({ loss, params: {}, targets }, { logits }, joint);
  expect(value).toBeCloseTo(crossEntropy(logits, targets, marginal), 5);
});
