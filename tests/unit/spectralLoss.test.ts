import { beforeAll, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { stream } from '#engine/random.ts';
import { spectral } from '#science/losses/spectral.ts';
import { bruteForceGradient, maxDifference } from './support/differences.ts';
import { dot } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

type Rows = number[][];

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

function lossOf(z1: Rows, z2: Rows, mu: number): number {
  return tf.tidy(
    () => spectral.value({ mu }, { z1: tf.tensor2d(z1), z2: tf.tensor2d(z2) }).dataSync()[0],
  ) as number;
}

function rows(count: number, width: number, scale: number, seed: number): number[][] {
  const random = stream(seed, 'rows');
  return Array.from({ length: count }, () => Array.from({ length: width }, () => scale * random.normal()));
}

test.each([0.3, 1, 10])('equals the sum over pairs, some features beyond the cap (μ = %f)', (mu) => {
  const z1 = rows(7, 5, 0.5, 1);
  const z2 = rows(7, 5, 0.5, 2);
  const expected = plainLosses.spectral({ mu }, { z1, z2 });
  // Float32 sums of 49 terms of size 1.
  expect(Math.abs(lossOf(z1, z2, mu) - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)));
});

test('its gradient, through the cap as well, agrees with central differences of the sum in double', () => {
  const z1 = rows(6, 4, 0.5, 3);
  const z2 = rows(6, 4, 0.5, 4);
  const expected = bruteForceGradient((a) => plainLosses.spectral({ mu: 1 }, { z1: a, z2 }), z1);
  const gradient = tf.tidy(() =>
    tf
      .grad((a) => spectral.value({ mu: 1 }, { z1: a, z2: tf.tensor2d(z2) }))(tf.tensor2d(z1))
      .arraySync(),
  ) as number[][];
  expect(maxDifference(gradient, expected)).toBeLessThan(2e-6);
});

test('features of zero have a finite gradient', () => {
  const gradient = tf.tidy(() =>
    tf
      .grad((a) => spectral.value({ mu: 1 }, { z1: a, z2: tf.fill([4, 3], 0.1) }))(tf.zeros([4, 3]))
      .dataSync(),
  );
  // d/dz of −2 · mean z·0.1.
  for (const entry of gradient) expect(entry).toBeCloseTo(-0.05, 6);
});

test('over a population it is ‖Ā − FFᵀ‖² − ‖Ā‖² of the positive-pair graph', () => {
  // A graph of four views: weight of a pair of views that come from one original, summing to 1.
  const weights = [
    [0.2, 0.1, 0.02, 0],
    [0.1, 0.1, 0, 0.01],
    [0.02, 0, 0.15, 0.1],
    [0, 0.01, 0.1, 0.09],
  ];
  const f = rows(4, 2, 0.8, 5);
  const mu = 100;
  // The batch loss is unbiased, so its mean over all batches of two independent pairs is the population's.
  const pairs = weights.flatMap((row, x) => row.map((weight, y) => ({ x, y, weight })));
  let mean = 0;
  for (const p of pairs) {
    for (const q of pairs) {
      if (p.weight * q.weight === 0) continue;
      const z1 = [f[p.x], f[q.x]] as Rows;
      const z2 = [f[p.y], f[q.y]] as Rows;
      mean += p.weight * q.weight * mu * lossOf(z1, z2, mu);
    }
  }
  const degree = weights.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let identity = 0;
  for (let x = 0; x < 4; x++) {
    for (let y = 0; y < 4; y++) {
      const scale = Math.sqrt((degree[x] ?? 0) * (degree[y] ?? 0));
      const adjacency = (weights[x]?.[y] ?? 0) / scale;
      identity += (adjacency - scale * dot(f[x], f[y])) ** 2 - adjacency ** 2;
    }
  }
  expect(mean).toBeCloseTo(identity, 5);
});
