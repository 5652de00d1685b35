import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { byol } from '#science/losses/byol.ts';
import { type Arrays, cosine, expectAsPlain, jointOf, populationValue, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

const params = { momentum: 0.99, rise: false, predictorHidden: 8 };
const loss = byol;
const plain = (arrays: Arrays, held: Arrays) => plainLosses.byol(params, arrays, held);

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

test('equals the sum over pairs, with gradients for predictions alone', () => {
  const arrays = { p1: rows(5, 7, 1), p2: rows(5, 7, 2), k1: rows(5, 7, 3), k2: rows(5, 7, 4) };
  expectAsPlain({ loss, params, arrays, plain });
});

test('without keys it looks for the projections, which are held as well', () => {
  const arrays = { p1: rows(3, 4, 5), p2: rows(3, 4, 6), z1: rows(3, 4, 7), z2: rows(3, 4, 8) };
  expectAsPlain({ loss, params, arrays, plain });
});

test('over a population it is the double sum over pairs of vertices', () => {
  const [p, k, joint] = [rows(6, 4, 9), rows(6, 4, 10), jointOf(6, 11)];
  let expected = 0;
  for (const [x, row] of joint.entries()) {
    for (const [y, weight] of row.entries()) {
      expected += weight * (2 - 2 * cosine(p[x], k[y]) + 2 - 2 * cosine(p[y], k[x]));
    }
  }
  expect(populationValue({ loss, params }, { p, k }, joint)).toBeCloseTo(expected, 5);
});
