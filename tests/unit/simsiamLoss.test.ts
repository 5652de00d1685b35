import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { simsiam } from '#science/losses/simsiam.ts';
import { type Arrays, cosine, expectAsPlain, jointOf, populationValue, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

const params = { predictorHidden: 8 };
const loss = simsiam;
const plain = (arrays: Arrays, held: Arrays) => plainLosses.simsiam(params, arrays, held);

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

test('equals the sum over pairs, with gradients for predictions alone', () => {
  const arrays = { p1: rows(5, 3, 1), p2: rows(5, 3, 2), z1: rows(5, 3, 3), z2: rows(5, 3, 4) };
  expectAsPlain({ loss, params, arrays, plain });
});

test('over a population it is the double sum over pairs of vertices', () => {
  const [p, z, joint] = [rows(5, 4, 5), rows(5, 4, 6), jointOf(5, 7)];
  let expected = 0;
  for (const [x, row] of joint.entries()) {
    for (const [y, weight] of row.entries()) expected -= weight * cosine(p[x], z[y]);
  }
  expect(populationValue({ loss, params }, { p, z }, joint)).toBeCloseTo(expected, 6);
});
