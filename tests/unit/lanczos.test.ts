import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { extremeEigenvalues } from '#science/linalg/extremeEigenvalues.ts';
import { lanczos } from '#science/linalg/lanczos.ts';
import { tridiagonalEigenvalues } from '#science/linalg/tridiagonal.ts';
import { cube, diagonal, jacobiEigenvalues, operatorOf, randomSymmetric } from './support/matrices.ts';

test('as many steps as dimensions give the whole spectrum', () => {
  const matrix = randomSymmetric(12, 3);
  const start = Float64Array.from({ length: 12 }, (_, i) => 1 + i);
  const { diagonal: values, offDiagonal } = lanczos(operatorOf(matrix), start, 12);
  tridiagonalEigenvalues(values, offDiagonal);
  for (const [i, value] of jacobiEigenvalues(matrix).entries())
    expect(values.sort()[i]).toBeCloseTo(value, 10);
});

test('it ends where the Krylov space is invariant', () => {
  const start = Float64Array.of(1, 1, 1, 0);
  const { diagonal: values, offDiagonal } = lanczos(operatorOf(diagonal([1, 1, 3, 7])), start, 4);
  tridiagonalEigenvalues(values, offDiagonal);
  expect(values).toHaveLength(2);
  for (const [i, value] of values.sort().entries()) expect(value).toBeCloseTo(1 + 2 * i, 12);
});

test('extreme eigenvalues and vectors are those of the dense solver, at either end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      fc.constantFrom('largest' as const, 'smallest' as const),
      (size, count, seed, end) => {
        const matrix = randomSymmetric(size, seed);
        const all = jacobiEigenvalues(matrix);
        if (end === 'largest') all.reverse();
        const { matvec } = operatorOf(matrix);
        const found = extremeEigenvalues(operatorOf(matrix), count, stream(seed, 'start'), { end });
        expect(found.converged).toBe(true);
        expect(found.eigenvalues).toHaveLength(Math.min(count, size));
        for (const [i, value] of found.eigenvalues.entries()) {
          expect(value).toBeCloseTo(all[i] ?? Number.NaN, 7);
          const vector = found.vectors[i] as Float64Array;
          expect(Math.hypot(...vector)).toBeCloseTo(1, 10);
          const product = matvec(vector);
          const residual = Math.hypot(
            ...product.map((entry, k) => entry - value * (vector[k] ?? Number.NaN)),
          );
          expect(Math.abs(residual - (found.residuals[i] ?? Number.NaN))).toBeLessThan(1e-10);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('restarts bound the vectors that are held and change no result', () => {
  const matrix = diagonal(Array.from({ length: 400 }, (_, i) => Math.sqrt(i)));
  const options = { maxBasis: 14, maxProducts: 3000 };
  const { eigenvalues, products, converged } = extremeEigenvalues(
    operatorOf(matrix),
    3,
    stream(1, 's'),
    options,
  );
  expect(converged).toBe(true);
  expect(products).toBeGreaterThan(28);
  for (const [i, value] of eigenvalues.entries()) expect(value).toBeCloseTo(Math.sqrt(399 - i), 8);
});

test('multiple eigenvalues are found as often as there are start vectors', () => {
  const graph = operatorOf(cube(7));
  const found = extremeEigenvalues(graph, 9, stream(2, 's'), { startVectors: 8 });
  const expected = [7, 5, 5, 5, 5, 5, 5, 5, 3];
  expect(found.converged).toBe(true);
  for (const [i, value] of found.eigenvalues.entries())
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 7);
  // Two components of a graph: its eigenvalue 1 twice, and an invariant space after every third product.
  const parts = operatorOf([
    [0.5, 0.5, 0, 0],
    [0.5, 0.5, 0, 0],
    [0, 0, 0.25, 0.75],
    [0, 0, 0.75, 0.25],
  ]);
  const { eigenvalues } = extremeEigenvalues(parts, 3, stream(3, 's'));
  for (const [i, value] of [1, 1, 0].entries()) expect(eigenvalues[i]).toBeCloseTo(value, 12);
});

test('what has not converged says so, with residuals that hold an eigenvalue', () => {
  const matrix = randomSymmetric(80, 5);
  const all = jacobiEigenvalues(matrix);
  const found = extremeEigenvalues(operatorOf(matrix), 2, stream(4, 's'), { maxProducts: 8 });
  expect(found).toMatchObject({ converged: false, products: 8 });
  for (const [i, value] of found.eigenvalues.entries()) {
    const nearest = Math.min(...all.map((eigenvalue) => Math.abs(eigenvalue - value)));
    expect(nearest).toBeLessThanOrEqual(found.residuals[i] ?? Number.NaN);
  }
});

test('the same stream gives the same numbers', () => {
  const run = () => extremeEigenvalues(operatorOf(randomSymmetric(30, 1)), 3, stream(9, 's'));
  expect(run()).toEqual(run());
});
