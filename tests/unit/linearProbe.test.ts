import { expect, test } from 'vitest';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { type Stream, stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import type { FeatureSet } from '#science/definition.ts';
import { lbfgs } from '#science/linalg/lbfgs.ts';
import { fitClassifier, linearProbe } from '#science/probes/linear.ts';
import { crossEntropy } from '#science/probes/linearClassifier.ts';
import { crossEntropy as plainCrossEntropy } from './support/plainLosses.ts';

test('the classifier is the minimiser that Newton finds in double precision', () => {
  const set = clusters(120, 3, 1.2, stream(1, 'train'));
  const l2 = 0.01;
  const expected = newton(set, 3, l2);
  const { weights, bias } = fitClassifier(set, 3, { l2, iterations: 200 }, eagerEngine());
  // The gradient is accurate to about 1e-7 and the least curvature is that of the penalty, 0.01.
  for (const [i, weight] of weights.entries()) {
    expect(Math.abs(weight - (expected.weights[i] ?? Number.NaN))).toBeLessThan(2e-3);
  }
  // Biases are known up to a constant.
  for (const [c, shift] of bias.entries()) {
    expect(shift - (bias[0] ?? 0)).toBeCloseTo((expected.bias[c] ?? 0) - (expected.bias[0] ?? 0), 2);
  }
});

test('well separated clusters are told apart, whatever the scale of a feature', () => {
  const random = stream(2, 'features');
  const scaled = (count: number): FeatureSet => {
    const set = clusters(count, 3, 0.2, random);
    // One feature a million times as large, and one that never changes.
    const features = set.features.map((value, at) => (at % 3 === 0 ? 1e6 * value : at % 3 === 2 ? 5 : value));
    return { ...set, features };
  };
  const task = { id: '', classes: 3, train: scaled(300), test: scaled(300) };
  const before = memory().numTensors;
  const result = linearProbe.run(linearProbe.params.parse({}), task, eagerEngine(), stream(2, 'probe'));
  expect(memory().numTensors).toBe(before);
  expect(result.accuracy).toBeGreaterThan(0.99);
  expect(linearProbe.run(linearProbe.params.parse({}), task, eagerEngine(), stream(3, 'x'))).toEqual(result);
});

test('features without information score the most frequent class; error and baseline are stated', () => {
  const set = (count: number): FeatureSet => ({
    width: 2,
    features: new Float32Array(2 * count).fill(1),
    labels: Int32Array.from({ length: count }, (_, i) => (i % 4 === 0 ? 1 : 0)),
  });
  const task = { id: '', classes: 2, train: set(400), test: set(100) };
  const result = linearProbe.run(linearProbe.params.parse({}), task, eagerEngine(), stream(1, 'probe'));
  expect(result.accuracy).toBe(0.75);
  expect(result.baseline).toBe(0.75);
  expect(result.stderr).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 100), 12);
});

test('its loss is the cross-entropy of the softmax over its scores, in nats', () => {
  const set = { width: 2, features: Float32Array.of(1, 2, -3, 0.5, 400, 1), labels: Int32Array.of(2, 0, 1) };
  const weights = Float64Array.of(1, -1, 0.5, 2, 0, -2);
  const bias = Float64Array.of(0.1, 0.2, 0.3);
  const scores = [
    [1 + 4 + 0.1, -1 + 0.2, 0.5 - 4 + 0.3],
    [-3 + 1 + 0.1, 3 + 0.2, -1.5 - 1 + 0.3],
    [400 + 2 + 0.1, -400 + 0.2, 200 - 2 + 0.3],
  ];
  const expected = plainCrossEntropy(scores, [2, 0, 1], [1, 1, 1]);
  expect(crossEntropy(set, { weights, bias })).toBeCloseTo(expected, 10);
});

test('L-BFGS reaches the minimum of an ill-conditioned quadratic', () => {
  const scales = [1, 10, 100, 1000, 3, 30];
  const centre = [1, -2, 3, -4, 5, -6];
  const result = lbfgs(
    (point, gradient) => {
      let value = 0;
      for (const [i, scale] of scales.entries()) {
        const offset = (point[i] ?? 0) - (centre[i] ?? 0);
        gradient[i] = scale * offset;
        value += (scale / 2) * offset ** 2;
      }
      return value;
    },
    new Float64Array(6),
    { iterations: 200, tolerance: 1e-9 },
  );
  expect(result.converged).toBe(true);
  for (const [i, entry] of result.point.entries()) expect(entry).toBeCloseTo(centre[i] ?? Number.NaN, 8);
});

/** Normal clouds of deviation `noise` around the corners of a simplex; width 3. */
function clusters(count: number, classes: number, noise: number, random: Stream): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const features = Float32Array.from(
    { length: 3 * count },
    (_, at) => (at % 3 === labels[Math.floor(at / 3)] ? 1 : 0) + noise * random.normal(),
  );
  return { width: 3, features, labels };
}

/** Minimises mean cross-entropy + (l2/2)‖W‖² by Newton's method, biases last; a tiny ridge fixes their sum. */
function newton(set: FeatureSet, classes: number, l2: number): { weights: number[]; bias: number[] } {
  const rows = set.width + 1;
  const size = rows * classes;
  const count = set.labels.length;
  let point = Array.from({ length: size }, () => 0);
  for (let iteration = 0; iteration < 30; iteration++) {
    const penalty = (i: number): number => (i < set.width * classes ? l2 : 1e-9);
    const gradient = point.map((entry, i) => penalty(i) * entry);
    const hessian = point.map((_, i) => point.map((__, j) => (i === j ? penalty(i) : 0)));
    for (let n = 0; n < count; n++) {
      const x = Array.from({ length: rows }, (_, j) =>
        j === set.width ? 1 : (set.features[n * set.width + j] ?? Number.NaN),
      );
      const scores = Array.from({ length: classes }, (_, c) =>
        x.reduce((sum, entry, j) => sum + entry * (point[j * classes + c] ?? 0), 0),
      );
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      const p = scores.map((score) => Math.exp(score) / total);
      for (let a = 0; a < size; a++) {
        const [ja, ca] = [Math.floor(a / classes), a % classes];
        const error = (p[ca] ?? 0) - (set.labels[n] === ca ? 1 : 0);
        gradient[a] = (gradient[a] ?? 0) + ((x[ja] ?? 0) * error) / count;
        for (let b = 0; b < size; b++) {
          const [jb, cb] = [Math.floor(b / classes), b % classes];
          const curvature = (p[ca] ?? 0) * ((ca === cb ? 1 : 0) - (p[cb] ?? 0));
          const row = hessian[a] as number[];
          row[b] = (row[b] ?? 0) + ((x[ja] ?? 0) * (x[jb] ?? 0) * curvature) / count;
        }
      }
    }
    const step = solve(hessian, gradient);
    point = point.map((entry, i) => entry - (step[i] ?? 0));
  }
  return { weights: point.slice(0, set.width * classes), bias: point.slice(set.width * classes) };
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    const best = rows
      .slice(k)
      .reduce((at, row, i) => (Math.abs(row[k] ?? 0) > Math.abs(rows[at]?.[k] ?? 0) ? i + k : at), k);
    const pivot = rows[best] as number[];
    rows[best] = rows[k] as number[];
    rows[k] = pivot;
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const row = rows[i] as number[];
      const factor = (row[k] ?? 0) / (pivot[k] ?? Number.NaN);
      for (let j = k; j <= size; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? Number.NaN));
}
