import { afterEach, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Optimizer } from '#science/definition.ts';
import { adamw } from '#science/optimizers/adamw.ts';
import { constant, cosine, linear } from '#science/optimizers/schedules.ts';
import { sgd } from '#science/optimizers/sgd.ts';

let parameters = new SeededParameters(0);

afterEach(() => {
  parameters.dispose();
  parameters = new SeededParameters(0);
});

/** A matrix of one entry, which decays, and a vector of one, which does not; both start at 2. */
function twoWeights(): void {
  parameters.constant('matrix', [1, 1], 2);
  parameters.constant('vector', [1], 2);
}

/** Both weights after a step for each of `gradients` (the same for both). */
function trajectory(optimizer: Optimizer, gradients: readonly number[], rate: number): number[][] {
  return gradients.map((gradient, i) => {
    tf.tidy(() => {
      const all = { matrix: tf.tensor2d([[gradient]]), vector: tf.tensor1d([gradient]) };
      optimizer.apply(all, tf.scalar(rate), tf.scalar(i + 1));
    });
    return [...parameters.all.values()].map((weight) => weight.dataSync()[0] as number);
  });
}

test('SGD: v ← m·v + g + λ·w, w ← w − η·v, decay for matrices alone', () => {
  twoWeights();
  const optimizer = sgd.build({ learningRate: 1, momentum: 0.5, weightDecay: 0.1 }, parameters);
  const path = trajectory(optimizer, [1, -2, 0.5], 0.1);
  // By hand. Vector: v = 1, −1.5, −0.25.
  const vector = [1.9, 2.05, 2.075];
  // Matrix: v = 1.2, 0.6 − 2 + 0.188 = −1.212, −0.606 + 0.5 + 0.20012 = 0.09412.
  const matrix = [1.88, 2.0012, 1.991788];
  for (const [i, [m, v]] of path.entries()) {
    expect(m).toBeCloseTo(matrix[i] ?? Number.NaN, 6);
    expect(v).toBeCloseTo(vector[i] ?? Number.NaN, 6);
  }
  expect([...optimizer.slots.keys()].sort()).toEqual(['momentum/matrix', 'momentum/vector']);
});

test('AdamW: algorithm 2 of the paper in double precision, step by step', () => {
  twoWeights();
  const params = { learningRate: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-3, weightDecay: 0.1 };
  const gradients = [1, -0.01, 3, 0, 0.5];
  const rate = 0.05;
  const path = trajectory(adamw.build(params, parameters), gradients, rate);
  const reference = (decay: number): number[] => {
    let [w, m, v] = [2, 0, 0];
    return gradients.map((g, i) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.98 * v + 0.02 * g * g;
      const meanHat = m / (1 - 0.9 ** (i + 1));
      const squareHat = v / (1 - 0.98 ** (i + 1));
      w -= rate * (meanHat / (Math.sqrt(squareHat) + 1e-3) + decay * w);
      return w;
    });
  };
  for (const [i, [m, v]] of path.entries()) {
    expect(m).toBeCloseTo(reference(0.1)[i] ?? Number.NaN, 5);
    expect(v).toBeCloseTo(reference(0)[i] ?? Number.NaN, 5);
  }
});

test('the first step of AdamW has the length of the rate, whatever the size of the gradient', () => {
  parameters.constant('vector', [3], 0);
  const optimizer = adamw.build(adamw.params.parse({ epsilon: 1e-12 }), parameters);
  tf.tidy(() => optimizer.apply({ vector: tf.tensor1d([1e-3, -50, 7]) }, tf.scalar(0.01), tf.scalar(1)));
  const moved = [...(parameters.all.get('vector')?.dataSync() ?? [])];
  for (const [i, sign] of [-1, 1, -1].entries()) expect(moved[i]).toBeCloseTo(0.01 * sign, 6);
});

test('steps leave no tensors behind', () => {
  twoWeights();
  for (const optimizer of [
    sgd.build(sgd.params.parse({}), parameters),
    adamw.build(adamw.params.parse({}), parameters),
  ]) {
    trajectory(optimizer, [1], 0.1);
    const before = tf.memory().numTensors;
    trajectory(optimizer, [1, 2, 3], 0.1);
    expect(tf.memory().numTensors).toBe(before);
    for (const slot of optimizer.slots.values()) slot.dispose();
  }
});

test('schedules rise linearly, then fall to their floor or stay', () => {
  const steps = 110;
  const cosineAt = (step: number) => cosine.factor({ warmup: 10 / 110, floor: 0.1 }, step, steps);
  const linearAt = (step: number) => linear.factor({ warmup: 10 / 110, floor: 0.1 }, step, steps);
  const constantAt = (step: number) => constant.factor({ warmup: 10 / 110 }, step, steps);
  for (const at of [cosineAt, linearAt, constantAt]) {
    for (let step = 0; step < 10; step++) expect(at(step)).toBeCloseTo((step + 1) / 11, 12);
    expect(at(10)).toBeCloseTo(1, 12);
  }
  // Half-way between 1 and 0.1 at half the way, for the cosine as for the line.
  expect(cosineAt(60)).toBeCloseTo(0.55, 12);
  expect(linearAt(60)).toBeCloseTo(0.55, 12);
  // A third of the way: cos 60° = ½ for the cosine.
  const third = 10 + 100 / 3;
  expect(cosineAt(third)).toBeCloseTo(0.1 + 0.9 * 0.75, 12);
  expect(linearAt(third)).toBeCloseTo(1 - 0.9 / 3, 12);
  expect(constantAt(109)).toBe(1);
  // The last step is a hundredth of the way from the floor.
  expect(linearAt(109)).toBeCloseTo(0.109, 12);
  expect(cosineAt(109)).toBeGreaterThan(0.1);
  expect(cosineAt(109)).toBeLessThan(0.101);
  // Without warm-up the first step has the whole rate.
  for (const schedule of [cosine, linear]) expect(schedule.factor({ warmup: 0, floor: 0 }, 0, 5)).toBe(1);
  expect(constant.factor({ warmup: 0 }, 0, 5)).toBe(1);
});
