import { describe, expect, test } from 'vitest';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import type { FeatureSet } from '#science/definition.ts';
import { embeddingProbe } from '#science/probes/embedding.ts';
import { distancesBetween, nearestOthers, trustworthiness } from '#science/probes/neighbours.ts';
import { principalComponents } from '#science/probes/principalComponents.ts';
import { syntheticTask } from './support/syntheticFeatures.ts';

function normals(count: number, seed: number): Float64Array {
  const random = stream(seed, 'points');
  return Float64Array.from({ length: count }, () => random.normal());
}

/** From the definition, with whole rankings. */
function plainTrustworthiness(before: Float64Array, after: Float64Array, n: number, k: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const ranked = (distances: Float64Array): number[] =>
      Array.from({ length: n }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => (distances[i * n + a] ?? 0) - (distances[i * n + b] ?? 0));
    const [high, low] = [ranked(before), ranked(after)];
    for (const j of low.slice(0, k)) if (!high.slice(0, k).includes(j)) sum += high.indexOf(j) + 1 - k;
  }
  return 1 - (2 * sum) / (n * k * (2 * n - 3 * k - 1));
}

describe('trustworthiness', () => {
  test.each([1, 3, 6])('is what whole rankings give (k = %i)', (k) => {
    const [before, after] = [distancesBetween(normals(70, 1), 5), distancesBetween(normals(28, 2), 2)];
    const value = trustworthiness(before, after, 14, k);
    expect(value).toBeCloseTo(plainTrustworthiness(before, after, 14, k), 12);
    expect(value).toBeLessThan(1);
    expect(trustworthiness(before, before, 14, k)).toBe(1);
  });

  test('is about one half where neighbours are any', () => {
    const [before, after] = [distancesBetween(normals(2000, 3), 5), distancesBetween(normals(800, 4), 2)];
    expect(Math.abs(trustworthiness(before, after, 400, 5) - 0.5)).toBeLessThan(0.05);
  });
});

test('the nearest come first, of equals the one that stands first', () => {
  // 0, 3, 1, −1 on a line.
  const distances = distancesBetween(Float64Array.of(0, 3, 1, -1), 1);
  expect(nearestOthers(distances, 4, 2).map((row) => [...row])).toEqual([
    [2, 3],
    [2, 0],
    [0, 1],
    [0, 2],
  ]);
});

test('principal components of a tilted ellipse are its axes', () => {
  // (±3, 0) and (0, ±1) turned by 30°, shifted, in a space of four dimensions.
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const plane = [
    [3, 0],
    [-3, 0],
    [0, 1],
    [0, -1],
  ];
  const rows = plane.map(([x = 0, y = 0]) => [c * x - s * y + 5, 2, s * x + c * y, -1]);
  const set: FeatureSet = { width: 4, features: Float32Array.from(rows.flat()), labels: new Int32Array(4) };
  const found = principalComponents(set, 2, stream(5, 'probe'));
  const axes = [0, 1].map((axis) => [0, 1, 2, 3].map((i) => found[2 * i + axis] ?? Number.NaN));
  for (const [i, value] of [3, -3, 0, 0].entries()) expect(axes[0]?.[i]).toBeCloseTo(value, 5);
  for (const [i, value] of [0, 0, 1, 1].entries()) expect(Math.abs(axes[1]?.[i] ?? 0)).toBeCloseTo(value, 5);
  const line: FeatureSet = { width: 1, features: Float32Array.of(0, 1, 5), labels: new Int32Array(3) };
  const [first, ...rest] = principalComponents(line, 2, stream(5, 'probe'));
  expect([first, rest[1], rest[3]].map((x) => (x ?? 0).toFixed(5))).toEqual([
    '-2.00000',
    '-1.00000',
    '3.00000',
  ]);
  expect([rest[0], rest[2], rest[4]]).toEqual([0, 0, 0]);
});

describe('probe embedding', () => {
  const task = syntheticTask({ classes: 3, width: 8, train: 3, test: 150, noise: 0.2 }, 6);
  const measure = (settings: object, seed = 1) => {
    const params = embeddingProbe.params.parse({ examples: 120, ...settings });
    const [found] = embeddingProbe.measure(params, task, eagerEngine(), stream(seed, 'probe'));
    return found ?? expect.unreachable();
  };
  const detailOf = ({ detail }: ReturnType<typeof measure>) =>
    detail as { coordinates: number[][]; labels: number[] };

  test('UMAP keeps separate clouds apart, by its seed alone', () => {
    const found = measure({});
    const { coordinates, labels } = detailOf(found);
    expect(coordinates).toHaveLength(120);
    const flat = distancesBetween(Float64Array.from(coordinates.flat()), 2);
    for (const [i, others] of nearestOthers(flat, 120, 5).entries()) {
      for (const j of others) expect(labels[j]).toBe(labels[i]);
    }
    expect(found.name).toBe('embedding/trustworthiness');
    expect(found.value).toBeGreaterThan(0.9);
    expect(measure({})).toEqual(found);
    expect(detailOf(measure({}, 2)).coordinates).not.toEqual(coordinates);
  });

  test('PCA states its trustworthiness, which its own coordinates have', () => {
    const found = measure({ method: 'pca', examples: 150 });
    const after = distancesBetween(Float64Array.from(detailOf(found).coordinates.flat()), 2);
    const before = distancesBetween(task.test.features, 8);
    // Coordinates are kept to six digits.
    expect(found.value).toBeCloseTo(plainTrustworthiness(before, after, 150, 15), 3);
  });

  test('few examples have as many neighbours as can be', () => {
    const few = {
      ...task,
      test: { width: 1, features: Float32Array.of(1, 2, 4, 8), labels: new Int32Array(4) },
    };
    for (const method of ['pca', 'umap']) {
      const params = embeddingProbe.params.parse({ method });
      const [found] = embeddingProbe.measure(params, few, eagerEngine(), stream(1, 'probe'));
      expect(found?.value).toBeLessThanOrEqual(1);
      expect(found?.detail).toMatchObject({ neighbours: 1 });
    }
  });
});
