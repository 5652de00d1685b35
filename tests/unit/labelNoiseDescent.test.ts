/** Drift by label noise alone, against the dynamics from which it is derived. */
import { describe, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { twoFeatures } from '#science/data/twoFeatures.ts';
import { normals, traceOf } from '#science/flatness/flattening.ts';
import { labelNoiseDescent } from '#science/flatness/labelNoiseDescent.ts';
import type { Case, Neurons } from '#science/flatness/maskedCases.ts';
import { solveLyapunov } from '#science/linalg/lyapunov.ts';
import { dot, orthogonalise, orthonormalBasis } from '#science/linalg/vectors.ts';

const flip = 0.1;
const oracle = twoFeatures.build({ flip }).oracle ?? expect.unreachable();

/** Every masked word in its surroundings, with the probability of both and that of `+` given the latter. */
const population: readonly (Case & { readonly plus: number })[] = Array.from({ length: 64 }, (_, bits) =>
  Int32Array.from({ length: 6 }, (_, i) => (bits >> i) & 1),
).flatMap((sentence) =>
  [...sentence.keys()]
    .filter((place) => sentence[place] === 1)
    .map((place) => {
      const plus = oracle.conditionals(sentence, [place])[0]?.[1] as number;
      const encodings = Array.from(sentence, (word, i) => (i === place ? 0 : 2 * word - 1));
      return { encodings, place, plus, weight: Math.exp(oracle.logProbability(sentence)) / plus / 6 };
    }),
);

type Matrix = readonly Float64Array[];
const times = (a: Matrix, b: Matrix): Float64Array[] =>
  a.map((row) =>
    Float64Array.from(b[0] ?? [], (_, j) => row.reduce((sum, x, k) => sum + x * (b[k]?.[j] as number), 0)),
  );
const combined = (a: Matrix, b: Matrix, factor: number): Float64Array[] =>
  a.map((row, i) => row.map((x, j) => x + factor * (b[i]?.[j] as number)));
const transposed = (a: Matrix): Float64Array[] =>
  Array.from(a[0] ?? [], (_, j) => Float64Array.from(a, (row) => row[j] as number));
const identity = (size: number): Float64Array[] =>
  Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_, j) => Number(i === j)));
const randomMatrix = (rows: number, columns: number, name: string): Float64Array[] => {
  const random = stream(2, name);
  return Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => random.normal()));
};

test('population weights are a distribution', () => {
  expect(population.length).toBe(192);
  expect(population.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
});

describe('Lyapunov’s equation', () => {
  test('is solved', () => {
    const factor = randomMatrix(7, 9, 'a');
    const a = times(factor, transposed(factor));
    const other = randomMatrix(7, 7, 'b');
    const b = combined(other, transposed(other), 1);
    const x = solveLyapunov(a, b);
    const rest = combined(combined(times(a, x), times(x, a), 1), b, -1);
    for (const row of rest) for (const entry of row) expect(Math.abs(entry)).toBeLessThan(1e-9);
  });

  test('leaves nothing where the matrix is null', () => {
    const factor = randomMatrix(4, 2, 'c');
    const a = times(factor, transposed(factor));
    const x = solveLyapunov(a, a);
    // Half of the projection on the matrix's range.
    expect(x.reduce((sum, row, i) => sum + (row[i] as number), 0)).toBeCloseTo(1, 9);
  });
});

const places = 6;
function neuronsOf(width: number, weights: Float64Array): Neurons {
  const half = places * width;
  return { attention: weights.subarray(0, half), output: weights.subarray(half), places, width };
}
function randomWeights(width: number): Float64Array {
  const random = stream(3, 'neurons');
  return Float64Array.from({ length: 2 * places * width }, () => 0.6 * random.normal());
}
function logOdds(width: number, weights: Float64Array, { encodings, place }: Case): number {
  const { attention, output } = neuronsOf(width, weights);
  let z = 0;
  for (let j = 0; j < width; j++) {
    const sum = encodings.reduce((total, x, s) => total + x * (attention[s * width + j] as number), 0);
    z += (output[place * width + j] as number) * sum;
  }
  return z;
}
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** z is linear in each weight: a difference over any distance is its slope. */
function jacobian(width: number, weights: Float64Array, one: Case): Float64Array {
  const z = logOdds(width, weights, one);
  return weights.map((value, i) => {
    const moved = weights.slice();
    moved[i] = value + 1;
    return logOdds(width, moved, one) - z;
  });
}

function descentAt(width: number, weights: Float64Array): { descent: Float64Array; number: number } {
  const neurons = neuronsOf(width, weights);
  const across = orthonormalBasis(normals(neurons));
  const { gradient } = traceOf(neurons, population);
  orthogonalise(gradient, across);
  return { descent: gradient, number: labelNoiseDescent(neurons, population, across, gradient) };
}

test('is what the covariance to which noisy steps lead does to Tr(H)', () => {
  const width = 3;
  const weights = randomWeights(width);
  const { descent, number } = descentAt(width, weights);
  const slopes = population.map((one) => {
    const p = sigmoid(logOdds(width, weights, one));
    return p * (1 - p);
  });
  const outer = (at: Float64Array, weightOf: (place: number) => number): Float64Array[] => {
    const sum = identity(at.length).map((row) => row.fill(0));
    for (const [i, one] of population.entries()) {
      const row = jacobian(width, at, one);
      for (const [k, entry] of row.entries()) {
        for (const [l, other] of row.entries()) {
          (sum[k] as Float64Array)[l] = (sum[k]?.[l] as number) + weightOf(i) * entry * other;
        }
      }
    }
    return sum;
  };
  const weightAt = (i: number) => population[i]?.weight as number;
  const hessian = outer(weights, (i) => weightAt(i) * (slopes[i] as number));
  const spread = outer(weights, weightAt);
  // Steps θ ← θ − η (H θ + noise of covariance K) lead to Σ_t η² M^t K M^t with M = 1 − η H; sums of 2^k terms by doubling.
  const rate = 1e-3;
  let power = combined(identity(weights.length), hessian, -rate);
  let covariance: Float64Array[] = spread.map((row) => row.map((entry) => rate * entry));
  for (let k = 0; k < 36; k++) {
    covariance = combined(covariance, times(times(power, covariance), power), 1);
    power = times(power, power);
  }
  // Tr(H C) with C and the slopes held, along the direction in which Tr(H) falls.
  const product = (by: number): number => {
    const at = weights.map((value, i) => value + by * (descent[i] as number));
    const moved = outer(at, (i) => weightAt(i) * (slopes[i] as number));
    return times(moved, covariance).reduce((sum, row, i) => sum + (row[i] as number), 0);
  };
  // A quadratic: its slope is exact. The steps' rate is not zero, which leaves about η λ / 2.
  expect((product(1) - product(-1)) / 2 / number).toBeCloseTo(1, 2);
}, 60_000);

test('with noise in proportion to the curvature it is half of what words drawn afresh give', () => {
  // Weights so small that every slope is a quarter: H = K / 4.
  const weights = randomWeights(4).map((value) => value / 1000);
  const { descent, number } = descentAt(4, weights);
  expect(number / (2 * dot(descent, descent))).toBeCloseTo(1, 4);
});

test('simulated full-batch steps with disturbed labels lower Tr(H) as predicted', () => {
  const [width, rate, batch, labelNoise] = [6, 0.3, 96, 0.5] as const;
  const variance = (labelNoise / 2) * (1 - labelNoise / 2);
  const random = stream(4, 'steps');
  const weights = Float64Array.from({ length: 12 * width }, (_, i) => (i < 6 * width ? random.normal() : 0));
  /** Over all surroundings, each with as many labels as is its share of the batch. */
  const step = (noise: number): void => {
    const { attention, output } = neuronsOf(width, weights);
    const change = new Float64Array(weights.length);
    for (const { encodings, place, plus, weight } of population) {
      const sums = Float64Array.from({ length: width }, (_, j) =>
        encodings.reduce((sum, x, s) => sum + x * (attention[s * width + j] as number), 0),
      );
      const own = output.subarray(place * width, (place + 1) * width);
      const target = (1 - labelNoise) * plus + labelNoise / 2;
      const error = weight * (sigmoid(dot(sums, own)) - target) + noise * Math.sqrt(weight) * random.normal();
      for (let j = 0; j < width; j++) {
        for (const [s, x] of encodings.entries()) {
          change[s * width + j] = (change[s * width + j] as number) + error * x * (own[j] as number);
        }
        const at = (6 + place) * width + j;
        change[at] = (change[at] as number) + error * (sums[j] as number);
      }
    }
    for (const [i, slope] of change.entries()) weights[i] = (weights[i] as number) - rate * slope;
  };
  for (let i = 0; i < 3000; i++) step(0);
  const traceNow = () => traceOf(neuronsOf(width, weights), population).trace;
  const before = traceNow();
  let predicted = 0;
  for (let i = 0; i < 8000; i++) {
    if (i % 100 === 0) {
      predicted += (100 * rate ** 2 * variance * descentAt(width, weights).number) / 2 / batch;
    }
    step(Math.sqrt(variance / batch));
  }
  expect(before - traceNow()).toBeGreaterThan(before / 2);
  // Found 1.04; one course of noise, and a rate that is not zero.
  expect((before - traceNow()) / predicted).toBeGreaterThan(0.85);
  expect((before - traceNow()) / predicted).toBeLessThan(1.15);
}, 60_000);
