import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { simclr } from '#science/losses/simclr.ts';
import { supcon } from '#science/losses/supcon.ts';
import { type Arrays, cosine, expectAsPlain, logSumExp, mean, rows } from './support/lossCheck.ts';

const params = { temperature: 0.3 };
const loss = supcon;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

/** Equation 2 of the paper, anchor by anchor. */
function plain(targets: readonly number[]) {
  return ({ z1 = [], z2 = [] }: Arrays): number => {
    const views = [...z1, ...z2];
    const original = (i: number): number => i % z1.length;
    const alike = (i: number, j: number): boolean => {
      const [a = -1, b = -1] = [targets[original(i)], targets[original(j)]];
      return original(i) === original(j) || (a >= 0 && a === b);
    };
    return mean(
      views.map((anchor, i) => {
        const others = views.map((_, j) => j).filter((j) => j !== i);
        const score = (j: number): number => cosine(anchor, views[j]) / params.temperature;
        const normaliser = logSumExp(others.map(score));
        return mean(others.filter((j) => alike(i, j)).map((j) => normaliser - score(j)));
      }),
    );
  };
}

test.each([
  ['all labels', [0, 1, 0, 2, 1]],
  ['some labels', [4, -1, 4, -1, 0]],
])('equals the sum over anchors and positives (%s)', (_, targets) => {
  const arrays = { z1: rows(5, 4, 1), z2: rows(5, 4, 2) };
  expectAsPlain({ loss, params, arrays, targets, plain: plain(targets), tolerance: 1e-5 });
});

test('without labels it is SimCLR', () => {
  const [z1, z2] = [rows(5, 4, 3), rows(5, 4, 4)];
  const [labelled, plainSimclr] = tf.tidy(() => {
    const arrays = { z1: tf.tensor2d(z1), z2: tf.tensor2d(z2), targets: tf.fill([5], -1, 'int32') };
    return [supcon.value(params, arrays).dataSync()[0], simclr.value(params, arrays).dataSync()[0]];
  });
  expect(labelled).toBeCloseTo(plainSimclr ?? Number.NaN, 5);
});
