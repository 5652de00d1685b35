import { expect, test } from 'vitest';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import type { FeatureSet, Measured } from '#science/definition.ts';
import { alignmentUniformity } from '#science/probes/alignmentUniformity.ts';
import { featureSpectrum } from '#science/probes/featureSpectrum.ts';

const random = () => stream(0, 'probe');
const named = (found: readonly Measured[], name: string) =>
  found.find((one) => one.name === name)?.value ?? Number.NaN;

function setOf(rows: readonly (readonly number[])[]): FeatureSet {
  const [first = []] = rows;
  return {
    width: first.length,
    features: Float32Array.from(rows.flat()),
    labels: new Int32Array(rows.length),
  };
}

function spectrumOf(set: FeatureSet) {
  const task = { id: '', classes: 1, train: set, test: set };
  return featureSpectrum.measure({}, task, eagerEngine(), random());
}

test('the effective rank is exp of the entropy of the covariance’s eigenvalues', () => {
  // Around (5, −1): variance 8 along (1, 1), 2 along (1, −1).
  const corners = [
    [2, 2],
    [-2, -2],
    [1, -1],
    [-1, 1],
  ].map(([x = 0, y = 0]) => [5 + Math.SQRT2 * x, Math.SQRT2 * y - 1]);
  const found = spectrumOf(setOf(corners));
  const [{ detail } = { detail: null }] = found;
  const { eigenvalues } = detail as { eigenvalues: number[] };
  expect(eigenvalues[0]).toBeCloseTo(8, 5);
  expect(eigenvalues[1]).toBeCloseTo(2, 5);
  const entropy = -0.8 * Math.log(0.8) - 0.2 * Math.log(0.2);
  expect(named(found, 'features/effective_rank')).toBeCloseTo(Math.exp(entropy), 5);
});

test('features on a line have rank 1, equal ones rank 0', () => {
  const line = setOf([0, 1, 2, 5].map((x) => [x, 2 * x, -x]));
  expect(named(spectrumOf(line), 'features/effective_rank')).toBeCloseTo(1, 5);
  const equal = setOf([0, 1, 2].map(() => [1, 2]));
  expect(named(spectrumOf(equal), 'features/effective_rank')).toBe(0);
});

test('alignment and uniformity by hand, whatever the features’ lengths', () => {
  const set = setOf([[1, 0]]);
  // Unit rows: (1,0) (0,1) (−1,0) and (0,1) (0,1) (−1,0).
  const pairs = () => ({
    width: 2,
    first: Float32Array.of(3, 0, 0, 2, -1, 0),
    second: Float32Array.of(0, 5, 0, 1, -7, 0),
  });
  const task = { id: '', classes: 1, train: set, test: set, pairs };
  const found = alignmentUniformity.measure({ temperature: 2 }, task, eagerEngine(), random());
  expect(named(found, 'features/alignment')).toBeCloseTo(2 / 3, 10);
  // Squared distances 2, 4, 2 among the first views; 0, 2, 2 among the second.
  const first = Math.log((2 * Math.exp(-4) + Math.exp(-8)) / 3);
  const second = Math.log((1 + 2 * Math.exp(-4)) / 3);
  expect(named(found, 'features/uniformity')).toBeCloseTo((first + second) / 2, 10);
});
