import { expect, test } from 'vitest';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { type Stream, stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import type { FeatureSet } from '#science/definition.ts';
import { knnProbe } from '#science/probes/knn.ts';

test.each([
  [1, 0.1],
  [5, 0.1],
  [20, 0.02],
  [1000, 0.5],
])('accuracy equals a vote counted pair by pair (k = %i, τ = %f)', (k, temperature) => {
  const train = noisy(90, stream(1, 'train'));
  // More than one block of queries, the last one incomplete.
  const test = noisy(140, stream(2, 'test'));
  const before = memory().numTensors;
  const result = knnProbe.run(
    knnProbe.params.parse({ k, temperature }),
    { id: '', classes: 3, train, test },
    eagerEngine(),
    stream(3, 'probe'),
  );
  expect(memory().numTensors).toBe(before);
  const expected = bruteForce(train, test, k, temperature);
  expect(expected).toBeGreaterThan(0.4);
  expect(expected).toBeLessThan(1);
  expect(result.accuracy).toBe(expected);
  expect(result.stderr).toBeCloseTo(Math.sqrt((expected * (1 - expected)) / 140), 12);
});

test('a bank keeps training examples at even distances', () => {
  const train = noisy(90, stream(1, 'train'));
  const queries = noisy(60, stream(2, 'test'));
  const params = knnProbe.params.parse({ k: 3, bank: 30 });
  const task = { id: '', classes: 3, train, test: queries };
  const result = knnProbe.run(params, task, eagerEngine(), stream(3, 'probe'));
  const third = {
    width: 4,
    features: train.features.filter((_, at) => Math.floor(at / 4) % 3 === 0),
    labels: train.labels.filter((_, i) => i % 3 === 0),
  };
  expect(result.accuracy).toBe(bruteForce(third, queries, 3, 0.1));
});

function noisy(count: number, random: Stream): FeatureSet {
  const labels = Int32Array.from({ length: count }, () => random.integer(3));
  const features = Float32Array.from(
    { length: 4 * count },
    (_, at) => (at % 4 === labels[Math.floor(at / 4)] ? 1 : 0) + 0.7 * random.normal(),
  );
  return { width: 4, features, labels };
}

function bruteForce(train: FeatureSet, test: FeatureSet, k: number, temperature: number): number {
  const row = ({ features, width }: FeatureSet, i: number): number[] => [
    ...features.subarray(i * width, (i + 1) * width),
  ];
  let right = 0;
  for (const [i, label] of test.labels.entries()) {
    const query = row(test, i);
    const neighbours = [...train.labels]
      .map((other, n) => {
        const key = row(train, n);
        const product = key.reduce((sum, entry, j) => sum + entry * (query[j] ?? Number.NaN), 0);
        return { label: other, cosine: product / Math.hypot(...key) / Math.hypot(...query) };
      })
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, k);
    const votes = [0, 1, 2].map((c) =>
      neighbours.reduce(
        (sum, other) => sum + (other.label === c ? Math.exp(other.cosine / temperature) : 0),
        0,
      ),
    );
    if (votes.indexOf(Math.max(...votes)) === label) right++;
  }
  return right / test.labels.length;
}
