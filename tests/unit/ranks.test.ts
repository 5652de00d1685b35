import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { probabilityLess, spearman } from '#science/ranks.ts';

test('Spearman of values without ties is 1 − 6 Σd² / n(n² − 1)', () => {
  const a = [86, 97, 99, 100, 101, 103, 106, 110, 112, 113];
  const b = [2, 20, 28, 27, 50, 29, 7, 17, 6, 12];
  // Ranks of b: 1 6 8 7 10 9 3 5 2 4; Σd² = 194.
  expect(spearman(a, b)).toBeCloseTo(1 - (6 * 194) / (10 * 99), 12);
});

test('an increasing function changes nothing, infinity ranks last, and ties share their ranks', () => {
  const a = [3, 1, 2, 2, 5];
  expect(spearman(a, a.map(Math.exp))).toBe(1);
  expect(spearman([1, 2, Number.POSITIVE_INFINITY], [1, 2, 3])).toBe(1);
  // Ranks 1.5 1.5 3 against 1 2 3: covariance 1.5, variances 1.5 and 2.
  expect(spearman([1, 1, 2], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(1.5 * 2), 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
});

test('the probability of being less is the share of pairs, ties by half', () => {
  const random = stream(3, 'ranks');
  const a = Array.from({ length: 40 }, () => random.integer(10));
  const b = Array.from({ length: 25 }, () => 2 + random.integer(10));
  let share = 0;
  for (const x of a) for (const y of b) share += (x < y ? 1 : x === y ? 0.5 : 0) / (40 * 25);
  expect(probabilityLess(a, b)).toBeCloseTo(share, 12);
  expect(probabilityLess([], b)).toBeNull();
});
