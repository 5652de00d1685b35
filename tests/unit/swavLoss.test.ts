import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { swav } from '#science/losses/swav.ts';
import { type Arrays, cosine, expectAsPlain, logSumExp, mean, type Rows, rows } from './support/lossCheck.ts';

const params = { temperature: 0.1, epsilon: 0.05, iterations: 3, prototypes: 6, queue: 0 };
const loss = swav;

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

/** As the authors' code has it: Q [prototypes, samples], with all its divisions. */
function sinkhorn(scores: Rows): Rows {
  const samples = scores.length;
  const count = scores[0]?.length ?? 0;
  let q = Array.from({ length: count }, (_, k) =>
    scores.map((row) => Math.exp((row[k] ?? Number.NaN) / params.epsilon)),
  );
  const total = q.flat().reduce((a, b) => a + b, 0);
  q = q.map((row) => row.map((entry) => entry / total));
  for (let round = 0; round < params.iterations; round++) {
    q = q.map((row) => {
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((entry) => entry / sum / count);
    });
    const sums = scores.map((_, b) => q.reduce((sum, row) => sum + (row[b] ?? Number.NaN), 0));
    q = q.map((row) => row.map((entry, b) => entry / (sums[b] ?? Number.NaN) / samples));
  }
  return scores.map((_, b) => q.map((row) => (row[b] ?? Number.NaN) * samples));
}

function scoresOf(z: Rows = [], prototypes: Rows = []): Rows {
  return z.map((row) => prototypes.map((prototype) => cosine(row, prototype)));
}

function direction(scores: Rows, codes: Rows): number {
  return mean(
    scores.map((row, i) => {
      const logits = row.map((score) => score / params.temperature);
      const normaliser = logSumExp(logits);
      return logits.reduce((sum, logit, k) => sum - (codes[i]?.[k] ?? Number.NaN) * (logit - normaliser), 0);
    }),
  );
}

/** `queued`: how many rows of each queue take part in the codes. */
function plain(queued: number) {
  const codesOf = (z: Rows = [], queue: Rows = [], prototypes: Rows = []): Rows =>
    sinkhorn(scoresOf([...z, ...queue.slice(0, queued)], prototypes)).slice(0, z.length);
  return ({ z1, z2, prototypes }: Arrays, held: Arrays): number => {
    const codes1 = codesOf(held.z1, held.queue1, held.prototypes);
    const codes2 = codesOf(held.z2, held.queue2, held.prototypes);
    return (direction(scoresOf(z1, prototypes), codes2) + direction(scoresOf(z2, prototypes), codes1)) / 2;
  };
}

const given = (): Arrays => ({ z1: rows(7, 5, 1), z2: rows(7, 5, 2), prototypes: rows(6, 5, 3) });
// Codes divide by small sums, scores are magnified by 1/ε = 20.
const tolerance = 1e-5;

test('equals the sum over samples and prototypes, with the codes held', () => {
  expectAsPlain({ loss, params, arrays: given(), plain: plain(0), tolerance });
});

test('a queue takes part in the codes, and is not scored itself', () => {
  const arrays = { ...given(), queue1: rows(4, 5, 4), queue2: rows(4, 5, 5) };
  expectAsPlain({ loss, params, arrays, plain: plain(4), tolerance });
});

test('places of a queue that are not filled take no part', () => {
  const zeros = (filled: Rows): Rows => [...filled, [0, 0, 0, 0, 0]];
  const { z1, z2, prototypes } = given();
  const arrays = { z1, z2, prototypes, queue1: zeros(rows(3, 5, 4)), queue2: zeros(rows(3, 5, 5)) } as Arrays;
  const value = tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(arrays).map(([name, r]) => [name, tf.tensor2d(r)]));
    return swav.value(params, tensors).dataSync()[0];
  });
  expect(Math.abs((value ?? Number.NaN) - plain(3)(arrays, arrays))).toBeLessThan(tolerance);
});
