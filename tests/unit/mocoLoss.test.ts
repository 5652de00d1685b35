import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { moco } from '#science/losses/moco.ts';
import { type Arrays, cosine, expectAsPlain, jointOf, populationValue, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

const params = { temperature: 0.2, queue: 9, momentum: 0.99, symmetric: true };
const loss = moco;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

const given = (): Arrays => ({ z1: rows(5, 4, 1), z2: rows(5, 4, 2), queue: rows(9, 4, 3) });
const keys = (): Arrays => ({ k1: rows(5, 4, 4), k2: rows(5, 4, 5) });

const plain = (settings: typeof params) => (arrays: Arrays, held: Arrays) =>
  plainLosses.moco(settings, arrays, held);

test('symmetric, it is the mean of both directions; keys and queue are held', () => {
  expectAsPlain({ loss, params, arrays: { ...given(), ...keys() }, plain: plain(params) });
});

test('one-sided, the first view asks and the second answers', () => {
  const oneSided = { ...params, symmetric: false };
  expectAsPlain({ loss, params: oneSided, arrays: { ...given(), ...keys() }, plain: plain(oneSided) });
});

test('without keys the second projections are the keys, held', () => {
  expectAsPlain({ loss, params, arrays: given(), plain: plain(params) });
});

test('over a population every vertex is a negative, by its weight', () => {
  const [z, k, joint] = [rows(6, 3, 6), rows(6, 3, 7), jointOf(6, 8)];
  const marginal = joint.map((row) => row.reduce((a, b) => a + b, 0));
  let expected = 0;
  for (const [x, row] of joint.entries()) {
    const logits = k.map((key) => cosine(z[x], key) / params.temperature);
    for (const [y, weight] of row.entries()) expected -= weight * (logits[y] ?? Number.NaN);
    const total = logits.reduce((sum, logit, y) => sum + (marginal[y] ?? Number.NaN) * Math.exp(logit), 0);
    expected += (marginal[x] ?? Number.NaN) * Math.log(total);
  }
  expect(populationValue({ loss, params }, { z, k }, joint)).toBeCloseTo(expected, 5);
});
