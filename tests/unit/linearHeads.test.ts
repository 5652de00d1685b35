import { expect, test } from 'vitest';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import type { FeatureSet } from '#science/definition.ts';
import { fewLabelProbe } from '#science/probes/fewLabel.ts';
import { fitClassifier, linearProbe } from '#science/probes/linear.ts';
import { classify, crossEntropy } from '#science/probes/linearClassifier.ts';
import { linearSgdProbe, trainClassifier } from '#science/probes/linearSgd.ts';
import { ridgeClassifier, ridgeProbe } from '#science/probes/ridge.ts';
import { standardisedTask } from '#science/probes/standardised.ts';
import { bruteForceGradient } from './support/differences.ts';
import { syntheticTask } from './support/syntheticFeatures.ts';

const random = (seed = 1) => stream(seed, 'probe');
const warn = (message: string) => expect.unreachable(message);
const engine = () => capturedEngine(nativeBackend, { warn });
/** Ten classes of which one answer in seven is wrong, as of digits that a weak encoder sees. */
const digits = syntheticTask({ classes: 10, width: 32, train: 2000, test: 2000, noise: 2 }, 1);

test('L-BFGS, SGD and the closed form give heads that agree', () => {
  const linear = linearProbe.run(linearProbe.params.parse({}), digits, engine(), random());
  expect(linear.accuracy).toBeGreaterThan(0.8);
  expect(linear.accuracy).toBeLessThan(0.9);
  // SGD is not yet at the minimum, which costs it no answers.
  for (const [settings, apart] of [
    [{}, 0.01],
    [{ optimizer: 'sgd', learningRate: 0.1 }, 0.05],
  ] as const) {
    const before = memory().numTensors;
    const sgd = linearSgdProbe.run(linearSgdProbe.params.parse(settings), digits, engine(), random());
    expect(memory().numTensors).toBe(before);
    // One standard error of 2,000 answers is 0.008.
    expect(Math.abs(sgd.accuracy - linear.accuracy)).toBeLessThan(0.01);
    expect(Math.abs((sgd.loss ?? Number.NaN) - (linear.loss ?? Number.NaN))).toBeLessThan(apart);
  }
  const ridge = ridgeProbe.run(ridgeProbe.params.parse({}), digits, eagerEngine(), random());
  // Another objective: clouds of one shape are told apart by either.
  expect(Math.abs(ridge.accuracy - linear.accuracy)).toBeLessThan(0.02);
});

test('SGD comes to the minimum of the objective that L-BFGS solves', () => {
  const { train } = standardisedTask(digits);
  const l2 = 0.01;
  const objective = (head: ReturnType<typeof fitClassifier>): number =>
    crossEntropy(train, head) + (l2 / 2) * [...head.weights].reduce((sum, weight) => sum + weight ** 2, 0);
  const least = objective(fitClassifier(train, 10, { l2, iterations: 500 }, engine()));
  const settings = linearSgdProbe.params.parse({ l2, steps: 1000 });
  const reached = objective(trainClassifier(train, 10, settings, engine(), random()));
  expect(reached).toBeGreaterThan(least - 1e-6);
  expect(reached - least).toBeLessThan(3e-4);
});

test('SGD is decided by its stream alone', () => {
  const small = syntheticTask({ classes: 3, width: 4, train: 70, test: 50, noise: 1 }, 2);
  const settings = linearSgdProbe.params.parse({ steps: 6, batchSize: 32 });
  const train = (seed: number) => [
    ...trainClassifier(small.train, 3, settings, eagerEngine(), random(seed)).weights,
  ];
  expect(train(1)).toEqual(train(1));
  expect(train(1)).not.toEqual(train(2));
});

test('ridge is the minimiser of the penalised squared error: its gradient vanishes', () => {
  const { train } = standardisedTask(
    syntheticTask({ classes: 3, width: 4, train: 60, test: 3, noise: 1 }, 3),
  );
  const l2 = 0.1;
  const { weights, bias } = ridgeClassifier(train, 3, l2);
  const scale = train.features.reduce((sum, value) => sum + value ** 2, 0) / train.features.length;
  /** Rows are the weights of each feature, then the biases. */
  const objective = (rows: number[][]): number => {
    let sum = 0;
    for (const [i, label] of train.labels.entries()) {
      for (let c = 0; c < 3; c++) {
        let answer = rows[4]?.[c] ?? Number.NaN;
        for (let j = 0; j < 4; j++) answer += (train.features[i * 4 + j] ?? 0) * (rows[j]?.[c] ?? Number.NaN);
        sum += (answer - (c === label ? 1 : -1)) ** 2 / 60;
      }
    }
    const squares = rows.slice(0, 4).flat();
    return sum + l2 * scale * squares.reduce((total, weight) => total + weight ** 2, 0);
  };
  const solution = Array.from({ length: 4 }, (_, j) => [...weights.slice(3 * j, 3 * j + 3)]);
  const gradient = bruteForceGradient(objective, [...solution, [...bias]]);
  // Float32 features have a mean of about 1e-8 where the closed form takes it for 0.
  for (const entry of gradient.flat()) expect(Math.abs(entry)).toBeLessThan(1e-6);
});

test('with all labels few-label is the linear head on the whole training set', () => {
  const task = syntheticTask({ classes: 3, width: 5, train: 90, test: 200, noise: 2 }, 4);
  const settings = fewLabelProbe.params.parse({ labels: 1000, draws: 2, l2: 0.01 });
  const [found] = fewLabelProbe.measure(settings, task, eagerEngine(), random());
  const { train, test: asked } = standardisedTask(task);
  const head = fitClassifier(train, 3, { l2: 0.01, iterations: 100 }, eagerEngine());
  const right = classify(asked, head).filter((answer, i) => answer === asked.labels[i]).length / 200;
  // The same examples in another order: sums in float32 differ in their last digits.
  expect(Math.abs((found?.value ?? Number.NaN) - right)).toBeLessThanOrEqual(0.005);
  expect(found?.detail).toMatchObject({ labelled: 90 });
});

test('few-label averages over draws, states their error, and gains by more labels', () => {
  const few = (labels: number) => {
    const settings = fewLabelProbe.params.parse({ labels, draws: 8 });
    const [found] = fewLabelProbe.measure(settings, digits, engine(), random());
    return found ?? expect.unreachable();
  };
  const [two, twenty] = [few(2), few(20)];
  const { samples, labelled } = two.detail as { samples: number[]; labelled: number };
  expect(labelled).toBe(20);
  expect(new Set(samples).size).toBeGreaterThan(1);
  const mean = samples.reduce((a, b) => a + b, 0) / 8;
  expect(two.value).toBeCloseTo(mean, 12);
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  expect(two.stderr).toBeCloseTo(Math.sqrt(squares / 7 / 8), 12);
  expect(twenty.value - two.value).toBeGreaterThan(3 * Math.hypot(two.stderr ?? 0, twenty.stderr ?? 0));
});

test('a class without training examples is no answer, and no failure', () => {
  const set: FeatureSet = {
    width: 1,
    features: Float32Array.of(-1, -2, 1, 2),
    labels: Int32Array.of(0, 0, 2, 2),
  };
  const task = { id: '', classes: 3, train: set, test: set };
  expect(ridgeProbe.run({ l2: 1e-3 }, task, eagerEngine(), random()).accuracy).toBe(1);
  const settings = fewLabelProbe.params.parse({ labels: 1, draws: 2 });
  expect(fewLabelProbe.measure(settings, task, eagerEngine(), random())[0]?.value).toBe(1);
});
