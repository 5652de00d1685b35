import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import {
  leadingDirections,
  principalAngles,
  procrustesAligned,
  relativeDistance,
} from '#science/linalg/subspaces.ts';
import { svd } from '#science/linalg/svd.ts';
import { combination, orthonormalBasis } from '#science/linalg/vectors.ts';
import { jacobiEigenvalues } from './support/matrices.ts';

function randomColumns(size: number, count: number, seed: number): Float64Array[] {
  const random = stream(seed, 'columns');
  return Array.from({ length: count }, () => Float64Array.from({ length: size }, () => random.normal()));
}

const product = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, entry, i) => sum + entry * (b[i] as number), 0);

test('singular values are roots of the Gram matrix’s eigenvalues, and U Σ Vᵀ is the matrix', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      (size, count, seed) => {
        const columns = randomColumns(size, count, seed);
        const { values, left, right } = svd(columns);
        const gram = columns.map((a) => columns.map((b) => product(a, b)));
        const expected = jacobiEigenvalues(gram).reverse();
        for (const [i, value] of values.entries()) expect(value ** 2).toBeCloseTo(expected[i] as number, 10);
        for (const [j, column] of columns.entries()) {
          const weights = right.map((v, i) => (values[i] as number) * (v[j] as number));
          for (const [x, entry] of combination(left, weights).entries())
            expect(entry).toBeCloseTo(column[x] as number, 12);
        }
        for (const [i, a] of right.entries()) {
          for (const [j, b] of right.entries()) expect(product(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
        }
      },
    ),
  );
});

test('principal angles are those that planes were turned by, from 1e-12 to a right angle', () => {
  const basis = orthonormalBasis(randomColumns(9, 6, 2));
  const turned = [1e-12, 1e-3, 0.7].map((angle, i) =>
    combination([basis[i] as Float64Array, basis[i + 3] as Float64Array], [Math.cos(angle), Math.sin(angle)]),
  );
  // Mixed, so that no vector is itself at one of the angles.
  const mixed = [
    [1, 1, 1],
    [1, -1, 0],
    [1, 1, -2],
  ].map((weights) => combination(turned, weights));
  const angles = principalAngles(orthonormalBasis(mixed), basis.slice(0, 3));
  expect(angles[0]).toBeLessThan(1e-12 + 1e-14);
  expect(angles[0]).toBeGreaterThan(1e-12 - 1e-14);
  expect(angles[1]).toBeCloseTo(1e-3, 14);
  expect(angles[2]).toBeCloseTo(0.7, 14);
  expect(principalAngles(basis.slice(0, 1), basis.slice(3, 5))[0]).toBeCloseTo(Math.PI / 2, 14);
});

test('a subspace of a larger one is at angle 0', () => {
  const basis = orthonormalBasis(randomColumns(7, 4, 5));
  const inside = orthonormalBasis([combination(basis, [1, 2, 3, 4]), combination(basis, [0, 1, -1, 2])]);
  for (const angle of principalAngles(inside, basis)) expect(angle).toBeLessThan(1e-14);
});

test('leading directions leave out what is hardly there', () => {
  const [a, b, noise] = orthonormalBasis(randomColumns(6, 3, 8)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const columns = [
    combination([a, b], [2, 1]),
    combination([a, b], [1, 3]),
    combination([a, noise], [1, 1e-9]),
  ];
  const angles = principalAngles(leadingDirections(columns, 2), [a, b]);
  expect(angles[1]).toBeLessThan(1e-8);
});

test('Procrustes’ rotation undoes a rotation, and none of 2,000 others comes nearer', () => {
  const target = randomColumns(8, 3, 6);
  const rotation = orthonormalBasis(randomColumns(3, 3, 7));
  const rotated = rotation.map((weights) => combination(target, weights));
  expect(relativeDistance(procrustesAligned(rotated, target), target)).toBeLessThan(1e-14);
  const other = randomColumns(8, 3, 9);
  const best = relativeDistance(procrustesAligned(other, target), target);
  for (let seed = 0; seed < 2000; seed++) {
    const turn = orthonormalBasis(randomColumns(3, 3, seed));
    expect(
      relativeDistance(
        turn.map((weights) => combination(other, weights)),
        target,
      ),
    ).toBeGreaterThanOrEqual(best - 1e-12);
  }
});

test('Procrustes takes columns of lower rank', () => {
  const [a, b] = orthonormalBasis(randomColumns(6, 2, 3)) as [Float64Array, Float64Array];
  const aligned = procrustesAligned([a, a.map(() => 0)], [a.map(() => 0), a]);
  expect(relativeDistance(aligned, [a.map(() => 0), a])).toBeLessThan(1e-14);
  expect(relativeDistance(procrustesAligned([b, b], [b, b]), [b, b])).toBeLessThan(1e-14);
});
