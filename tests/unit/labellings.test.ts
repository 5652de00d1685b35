import { expect, test } from 'vitest';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import type { FeatureSet } from '#science/definition.ts';
import { labellings } from '#science/probes/labellings.ts';
import { leastSquares } from '#science/probes/leastSquares.ts';

function measured(width: number, rows: readonly (readonly number[])[], clusters: readonly number[]) {
  const set: FeatureSet = {
    width,
    features: Float32Array.from(rows.flat()),
    labels: new Int32Array(rows.length),
    clusters: Int32Array.from(clusters),
  };
  const task = { id: '', classes: 1, train: set, test: set };
  return labellings
    .measure(labellings.params.parse({}), task, eagerEngine(), stream(0, 'probe'))
    .map(({ value }) => value);
}

test('the closed form is where the gradient of its objective vanishes', () => {
  const random = stream(1, 'x');
  const [n, width, columns, l2] = [30, 4, 3, 0.1];
  const features = Float32Array.from({ length: n * width }, () => 1 + random.normal());
  const targets = Float64Array.from({ length: n * columns }, () => random.normal());
  const w = leastSquares({ width, features, labels: new Int32Array(n) }, targets, columns, l2);
  const square = features.reduce((sum, value) => sum + value * value, 0) / n / width;
  for (let j = 0; j < width; j++) {
    for (let c = 0; c < columns; c++) {
      let slope = l2 * square * (w[j * columns + c] ?? Number.NaN);
      for (let i = 0; i < n; i++) {
        let error = -(targets[i * columns + c] ?? Number.NaN);
        for (let k = 0; k < width; k++) error += (features[i * width + k] ?? 0) * (w[k * columns + c] ?? 0);
        slope += ((features[i * width + j] ?? 0) * error) / n;
      }
      expect(Math.abs(slope)).toBeLessThan(1e-12);
    }
  }
});

test('one direction a cluster solves every labelling; one direction for two clusters does not', () => {
  const clusters = [0, 0, 1, 1, 2, 2];
  const apart = clusters.map((cluster) => [0, 1, 2].map((c) => (c === cluster ? 1 : 0)));
  expect(measured(3, apart, clusters)).toEqual([0, 0]);
  // Clusters 0 and 1 look alike: told apart by + − −, − + −, at least two of six vertices are wrong.
  // With one sign, + + −, none is.
  const merged = clusters.map((cluster) => (cluster === 2 ? [0, 1] : [1, 0]));
  const [worst, mean] = measured(2, merged, clusters);
  expect(worst).toBeGreaterThanOrEqual(1 / 3);
  expect(mean).toBeGreaterThan(0);
  expect(mean).toBeLessThan(worst ?? 0);
});
