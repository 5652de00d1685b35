import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { hutchinson } from '#science/linalg/hutchinson.ts';
import { hutchpp } from '#science/linalg/hutchpp.ts';
import { diagonal, operatorOf, randomSymmetric, traceOf } from './support/matrices.ts';

test('a matrix of low rank has its exact trace, without error', () => {
  const spectrum = [5, -3, 2, ...Array.from({ length: 60 }, () => 0)];
  // Not diagonal: for that every sign vector alone would do.
  const [u, rows] = [randomSymmetric(63, 1).map((row) => row.slice(0, 3)), spectrum.map((_, i) => i)];
  const matrix = rows.map((i) =>
    rows.map((j) =>
      [5, -3, 2].reduce((sum, value, k) => sum + value * (u[i]?.[k] ?? 0) * (u[j]?.[k] ?? 0), 0),
    ),
  );
  const { estimate, stderr } = hutchpp(operatorOf(matrix), 18, 'rademacher', stream(1, 'probes'));
  expect(Math.abs(estimate - traceOf(matrix))).toBeLessThan(1e-9);
  expect(stderr).toBeLessThan(1e-9);
});

test('estimates scatter about the trace as their standard errors say', () => {
  const matrix = randomSymmetric(40, 2).map((row, i) =>
    row.map((entry, j) => entry + (i === j ? 40 / (1 + i) : 0)),
  );
  const scores = Array.from({ length: 200 }, (_, seed) => {
    const { estimate, stderr } = hutchpp(operatorOf(matrix), 45, 'rademacher', stream(seed, 'probes'));
    return (estimate - traceOf(matrix)) / stderr;
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + score ** 2, 0) / scores.length;
  // Mean 0 ± 1/√200, variance that of Student's t with 14 degrees of freedom, 14/12, ± √(2/200).
  expect(Math.abs(mean)).toBeLessThan(0.25);
  expect(variance).toBeGreaterThan(0.8);
  expect(variance).toBeLessThan(1.6);
});

test('a decaying spectrum costs it far fewer products than Hutchinson’s estimate', () => {
  const powers = diagonal(Array.from({ length: 100 }, (_, i) => (1 + i) ** -2));
  const rotated = conjugated(powers);
  const both = [hutchinson, hutchpp].map((method) =>
    method(operatorOf(rotated), 60, 'rademacher', stream(3, 'p')),
  );
  const [plain, improved] = both as [ReturnType<typeof hutchpp>, ReturnType<typeof hutchpp>];
  expect(improved.stderr).toBeLessThan(plain.stderr / 8);
  expect(Math.abs(improved.estimate - traceOf(rotated))).toBeLessThan(4 * improved.stderr);
});

/** By a Householder reflection: the same spectrum, no longer diagonal. */
function conjugated(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const random = stream(7, 'reflection');
  const v = Array.from({ length: size }, () => random.normal());
  const square = v.reduce((sum, entry) => sum + entry * entry, 0);
  const reflect = (x: readonly number[]): number[] => {
    const along = (2 * x.reduce((sum, entry, i) => sum + entry * (v[i] ?? 0), 0)) / square;
    return x.map((entry, i) => entry - along * (v[i] ?? 0));
  };
  const rows = matrix.map(reflect);
  const columns = rows.map((_, j) => reflect(rows.map((row) => row[j] ?? Number.NaN)));
  return columns;
}
