import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { swav } from '#science/losses/swav.ts';
import { type Arrays, expectAsPlain, type Rows, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

const params = swav.params.parse({ prototypes: 6 });
const loss = swav;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

const plain = (arrays: Arrays, held: Arrays) => plainLosses.swav(params, arrays, held);

const given = (): Arrays => ({ z1: rows(7, 5, 1), z2: rows(7, 5, 2), prototypes: rows(6, 5, 3) });
// Codes divide by small sums, scores are magnified by 1/ε = 20.
const tolerance = 1e-5;

test('equals the sum over samples and prototypes, with the codes held', () => {
  expectAsPlain({ loss, params, arrays: given(), plain, tolerance });
});

test('a queue takes part in the codes, and is not scored itself', () => {
  const arrays = { ...given(), queue1: rows(4, 5, 4), queue2: rows(4, 5, 5) };
  expectAsPlain({ loss, params, arrays, plain, tolerance });
});

test('small views predict both codes and have none, beside a queue', () => {
  const arrays = { ...given(), small: rows(21, 5, 6) };
  expectAsPlain({ loss, params, arrays, plain, tolerance });
  expectAsPlain({
    ...{ loss, params, plain, tolerance },
    arrays: { ...arrays, queue1: rows(4, 5, 4), queue2: rows(4, 5, 5) },
  });
});

test('places of a queue that are not filled take no part', () => {
  const zeros = (filled: Rows): Rows => [...filled, [0, 0, 0, 0, 0]];
  const { z1, z2, prototypes } = given();
  const arrays = { z1, z2, prototypes, queue1: zeros(rows(3, 5, 4)), queue2: zeros(rows(3, 5, 5)) } as Arrays;
  const value = tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(arrays).map(([name, r]) => [name, tf.tensor2d(r)]));
    return swav.value(params, tensors).dataSync()[0];
  });
  expect(Math.abs((value ?? Number.NaN) - plain(arrays, arrays))).toBeLessThan(tolerance);
});
