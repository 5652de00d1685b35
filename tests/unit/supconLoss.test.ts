import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { simclr } from '#science/losses/simclr.ts';
import { supcon } from '#science/losses/supcon.ts';
import { expectAsPlain, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

const params = { temperature: 0.3 };
const loss = supcon;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

test.each([
  ['all labels', [0, 1, 0, 2, 1]],
  ['some labels', [4, -1, 4, -1, 0]],
])('equals the sum over anchors and positives (%s)', (_, targets) => {
  const arrays = { z1: rows(5, 4, 1), z2: rows(5, 4, 2) };
  expectAsPlain({
    ...{ loss, params, arrays, targets, tolerance: 1e-5 },
    plain: (given, held) => plainLosses.supcon(params, given, held, targets),
  });
});

test('without labels it is SimCLR', () => {
  const [z1, z2] = [rows(5, 4, 3), rows(5, 4, 4)];
  const [labelled, plainSimclr] = tf.tidy(() => {
    const arrays = { z1: tf.tensor2d(z1), z2: tf.tensor2d(z2), targets: tf.fill([5], -1, 'int32') };
    return [supcon.value(params, arrays).dataSync()[0], simclr.value(params, arrays).dataSync()[0]];
  });
  expect(labelled).toBeCloseTo(plainSimclr ?? Number.NaN, 5);
});
