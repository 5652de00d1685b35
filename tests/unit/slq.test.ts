import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { spectralDensity } from '#science/linalg/slq.ts';
import { diagonal, jacobiEigenvalues, operatorOf, randomSymmetric } from './support/matrices.ts';

const options = { probes: 8, steps: 30, relativeWidth: 0.02, points: 2001 };

function integral(
  { grid, density }: { grid: Float64Array; density: Float64Array },
  of = (_t: number) => 1,
): number {
  const step = (grid[1] ?? Number.NaN) - (grid[0] ?? Number.NaN);
  return grid.reduce((sum, t, i) => sum + of(t) * (density[i] ?? Number.NaN) * step, 0);
}

test('the density integrates to one and has the moments of the spectrum, widened by the Gaussian', () => {
  const matrix = randomSymmetric(120, 1);
  const spectrum = jacobiEigenvalues(matrix);
  const found = spectralDensity(operatorOf(matrix), { ...options, probes: 60 }, stream(1, 'probes'));
  expect(integral(found)).toBeCloseTo(1, 4);
  const second = spectrum.reduce((sum, value) => sum + value ** 2, 0) / spectrum.length;
  // vᵀA²v / n over sign vectors: relative standard deviation below √(2/n), and 60 of them.
  expect(integral(found, (t) => t * t) / (second + found.width ** 2)).toBeCloseTo(1, 1);
});

test('with all steps it is the blurred spectrum itself where directions do not matter', () => {
  // A sign vector weighs all eigenvectors of a diagonal matrix alike.
  const spectrum = [-2, 0, 0.5, 1, 4];
  const found = spectralDensity(
    operatorOf(diagonal(spectrum)),
    { ...options, steps: 5 },
    stream(2, 'probes'),
  );
  expect(found.width).toBeCloseTo(0.02 * 6, 12);
  for (const [i, t] of found.grid.entries()) {
    const expected = spectrum.reduce(
      (sum, value) =>
        sum + Math.exp(-(((t - value) / found.width) ** 2) / 2) / (5 * found.width * Math.sqrt(2 * Math.PI)),
      0,
    );
    expect(Math.abs((found.density[i] ?? Number.NaN) - expected)).toBeLessThan(1e-9);
  }
});

test('a multiple of the identity, zero too, is one peak', () => {
  for (const value of [3, 0, -2]) {
    const found = spectralDensity(operatorOf(diagonal([value, value, value])), options, stream(3, 'probes'));
    expect(integral(found)).toBeCloseTo(1, 4);
    expect(integral(found, (t) => t)).toBeCloseTo(value, 3);
  }
});
