import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eigenvalues, eigh } from '#science/linalg/eigh.ts';
import { tridiagonalEigenvalues } from '#science/linalg/tridiagonal.ts';
import { cube, dense, jacobiEigenvalues, operatorOf, randomSymmetric } from './support/matrices.ts';

/** Rounding in double precision, for matrices of norm 1 to 20. */
const rounding = 1e-12;

test('eigenvalues are those of Jacobi’s method, and each vector is one of its value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(), (size, seed) => {
      const matrix = randomSymmetric(size, seed);
      const expected = jacobiEigenvalues(matrix);
      const { values, vectors } = eigh(dense(matrix), size);
      const alone = eigenvalues(dense(matrix), size);
      const { matvec } = operatorOf(matrix);
      for (const [i, value] of values.entries()) {
        expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThan(rounding * size);
        expect(Math.abs(value - (alone[i] ?? Number.NaN))).toBeLessThan(rounding * size);
        const vector = vectors[i] as Float64Array;
        for (const [k, entry] of matvec(vector).entries()) {
          expect(Math.abs(entry - value * (vector[k] ?? Number.NaN))).toBeLessThan(rounding * size);
        }
        for (const [j, other] of vectors.entries()) {
          const product = vector.reduce((sum, entry, k) => sum + entry * (other[k] ?? Number.NaN), 0);
          expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(rounding * size);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('degenerate, zero and widely spread spectra', () => {
  const values = eigenvalues(dense(cube(5)), 32);
  const binomial = [1, 5, 10, 10, 5, 1];
  const expected = binomial.flatMap((count, i) => Array.from({ length: count }, () => -5 + 2 * i));
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 11);
  expect([...eigenvalues(new Float64Array(9), 3)]).toEqual([0, 0, 0]);
  expect([...eigenvalues(Float64Array.of(7), 1)]).toEqual([7]);
  const graded = eigenvalues(Float64Array.of(1e12, 0, 0, 1, 1, 0, 0, 1e-3, 1e-12), 3);
  expect(graded[2]).toBeCloseTo(1e12, 0);
  expect(graded[1]).toBeCloseTo(1, 5);
});

test('a path’s Laplacian has the eigenvalues 2 − 2 cos(kπ / n); first components give moments', () => {
  const size = 200;
  const diagonal = Float64Array.from({ length: size }, (_, i) => (i === 0 || i === size - 1 ? 1 : 2));
  const first = Float64Array.from({ length: size }, (_, i) => (i === 0 ? 1 : 0));
  tridiagonalEigenvalues(diagonal, new Float64Array(size - 1).fill(-1), [first]);
  const moment = diagonal.reduce((sum, value, i) => sum + value ** 2 * (first[i] ?? Number.NaN) ** 2, 0);
  // e₁ᵀT²e₁ = 1² + (−1)².
  expect(moment).toBeCloseTo(2, 11);
  for (const [k, value] of diagonal.sort().entries()) {
    expect(value).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / size), 11);
  }
});

test('a matrix with a number that is none is refused', () => {
  expect(() => eigenvalues(Float64Array.of(1, 0, Number.NaN, 1), 2)).toThrow(/not finite/);
});
