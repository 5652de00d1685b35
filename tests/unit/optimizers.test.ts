import { afterEach, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Scalar } from '#engine/tf.ts';
import type { Optimizer } from '#science/definition.ts';
import { adamw } from '#science/optimizers/adamw.ts';
import { lars } from '#science/optimizers/lars.ts';
import { sam } from '#science/optimizers/sam.ts';
import { constant, cosine, linear, step } from '#science/optimizers/schedules.ts';
import { sgd } from '#science/optimizers/sgd.ts';
import { stepProgram, takeStep } from '#science/studies/training.ts';

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
  const optimizer = sgd.build(
    { learningRate: 1, momentum: 0.5, weightDecay: 0.1, decayVectors: false },
    parameters,
  );
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
  const params = {
    learningRate: 1,
    beta1: 0.9,
    beta2: 0.98,
    epsilon: 1e-3,
    weightDecay: 0.1,
    decayVectors: false,
  };
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

test('vectors decay, too, where that is asked for', () => {
  twoWeights();
  const shared = { momentum: 0, weightDecay: 0.1 };
  const [path] = trajectory(
    sgd.build(sgd.params.parse({ ...shared, decayVectors: true }), parameters),
    [0],
    1,
  );
  for (const weight of path ?? []) expect(weight).toBeCloseTo(1.8, 6);
});

test('LARS: algorithm 1 of the paper in double precision; vectors take plain steps with momentum', () => {
  parameters.constant('matrix', [2, 1], 2);
  parameters.constant('zeros', [1, 1], 0);
  parameters.constant('vector', [1], 2);
  const [rate, momentum, decay, trust] = [0.5, 0.9, 0.1, 0.02];
  const optimizer = lars.build(
    lars.params.parse({ learningRate: 1, momentum, weightDecay: decay, trust }),
    parameters,
  );
  const gradients = [
    [1, -3],
    [0.5, 2],
    [0, 0],
    [-40, 0.1],
  ] as const;
  let matrix = [2, 2];
  let velocity = [0, 0];
  let [vector, speed] = [2, 0];
  let [zeros, speedOfZeros] = [0, 0];
  for (const [i, gradient] of gradients.entries()) {
    const [first] = gradient;
    tf.tidy(() => {
      const all = {
        matrix: tf.tensor2d([...gradient], [2, 1]),
        zeros: tf.tensor2d([[first]]),
        vector: tf.tensor1d([first]),
      };
      optimizer.apply(all, tf.scalar(rate), tf.scalar(i + 1));
    });
    const [size, slope] = [Math.hypot(...matrix), Math.hypot(...gradient)];
    const local = size > 0 && slope > 0 ? (trust * size) / (slope + decay * size) : 1;
    velocity = velocity.map(
      (v, j) => momentum * v + rate * local * ((gradient[j] ?? 0) + decay * (matrix[j] ?? 0)),
    );
    matrix = matrix.map((w, j) => w - (velocity[j] ?? 0));
    speed = momentum * speed + rate * first;
    vector -= speed;
    const ofZeros = Math.abs(zeros);
    const localOfZeros =
      ofZeros > 0 && first !== 0 ? (trust * ofZeros) / (Math.abs(first) + decay * ofZeros) : 1;
    speedOfZeros = momentum * speedOfZeros + rate * localOfZeros * (first + decay * zeros);
    zeros -= speedOfZeros;
    const is = [...parameters.all.values()].flatMap((weight) => [...weight.dataSync()]);
    for (const [j, expected] of [...matrix, zeros, vector].entries()) expect(is[j]).toBeCloseTo(expected, 5);
  }
});

test('SAM: a step of a quadratic is the closed form of algorithm 1, with either base, by a step program', () => {
  // L(w) = ½ Σ c w², so that ∇L = c ∘ w at any place.
  const curvatures = [1, 4];
  const [rho, rate] = [0.5, 0.1];
  for (const base of ['sgd', 'adamw'] as const) {
    const weights = new SeededParameters(0);
    weights.constant('a', [1, 1], 3);
    weights.constant('b', [1], -2);
    const settings = { rho, base, momentum: 0.5, weightDecay: 0, beta1: 0.9, beta2: 0.9, epsilon: 1e-6 };
    const optimizer = sam.build(sam.params.parse(settings), weights);
    const forward = () => ({
      loss: tf.addN(
        [...weights.all.values()].map((w, i) => tf.mul(tf.sum(tf.square(w)), (curvatures[i] ?? 0) / 2)),
      ) as Scalar,
      metrics: {},
    });
    const program = stepProgram(eagerEngine(), weights, optimizer, forward);
    let [point, first, second] = [
      [3, -2],
      [0, 0],
      [0, 0],
    ];
    for (let step = 0; step < 5; step++) {
      const loss = point.reduce((total, w, i) => total + ((curvatures[i] ?? 0) / 2) * w * w, 0);
      const slope = point.map((w, i) => (curvatures[i] ?? 0) * w);
      const length = Math.hypot(...slope);
      const worst = slope.map((s, i) => (curvatures[i] ?? 0) * ((point[i] ?? 0) + (rho * s) / length));
      expect(takeStep(program, {}, rate, step).loss).toBeCloseTo(loss, 4);
      if (base === 'sgd') {
        first = first.map((v, i) => 0.5 * v + (worst[i] ?? 0));
        point = point.map((w, i) => w - rate * (first[i] ?? 0));
      } else {
        first = first.map((m, i) => 0.9 * m + 0.1 * (worst[i] ?? 0));
        second = second.map((v, i) => 0.9 * v + 0.1 * (worst[i] ?? 0) ** 2);
        const correction = 1 - 0.9 ** (step + 1);
        point = point.map(
          (w, i) =>
            w - (rate * ((first[i] ?? 0) / correction)) / (Math.sqrt((second[i] ?? 0) / correction) + 1e-6),
        );
      }
      const is = [...weights.all.values()].map((weight) => weight.dataSync()[0]);
      for (const [i, w] of point.entries()) expect(is[i]).toBeCloseTo(w, 4);
    }
    program.dispose();
    weights.dispose();
    for (const slot of optimizer.slots.values()) slot.dispose();
  }
});

test('steps leave no tensors behind', () => {
  twoWeights();
  for (const optimizer of [
    sgd.build(sgd.params.parse({}), parameters),
    adamw.build(adamw.params.parse({}), parameters),
    lars.build(lars.params.parse({}), parameters),
    sam.build(sam.params.parse({}), parameters),
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

test('the step schedule falls by its factor at each milestone', () => {
  const at = (place: number) =>
    step.factor({ warmup: 0.1, milestones: [0.5, 0.75], factor: 0.1 }, place, 100);
  for (let place = 0; place < 10; place++) expect(at(place)).toBeCloseTo((place + 1) / 11, 12);
  expect([10, 49, 50, 74, 75, 99].map(at)).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2, 0.1 ** 2]);
});
