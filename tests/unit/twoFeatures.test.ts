import { expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { stream } from '#engine/random.ts';
import { twoFeatures } from '#science/data/twoFeatures.ts';
import { exact } from '#science/flatness/exact.ts';
import { flattening, normals, traceOf } from '#science/flatness/flattening.ts';
import { flattestTrace } from '#science/flatness/flattestTwoFeatures.ts';
import type { Case, Neurons } from '#science/flatness/maskedCases.ts';
import { dot, norm, orthogonalise, orthonormalBasis } from '#science/linalg/vectors.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { build } from '#science/studies/mlm/build.ts';

const flip = 0.2;
const language = twoFeatures.build({ flip });
const oracle = language.oracle ?? expect.unreachable();
const all = Array.from({ length: 64 }, (_, bits) =>
  Int32Array.from({ length: 6 }, (_, i) => (bits >> i) & 1),
);

/** p(sentence): a sum over the two hidden signs of products over the words. */
function joint(sentence: Int32Array): number {
  let sum = 0;
  for (const signs of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    sum += sentence.reduce((p, word, i) => p * (word === signs[i < 3 ? 0 : 1] ? 1 - flip : flip), 0.25);
  }
  return sum;
}

test('probabilities and conditionals are those of enumeration', () => {
  const sentence = Int32Array.of(1, 0, 1, 0, 0, 1);
  for (const one of all) expect(Math.exp(oracle.logProbability(one))).toBeCloseTo(joint(one), 14);
  for (const masked of [[0], [4], [1, 5], [0, 1, 2, 3, 4, 5]]) {
    const fits = all.filter((other) => other.every((word, i) => masked.includes(i) || word === sentence[i]));
    const total = fits.reduce((sum, other) => sum + joint(other), 0);
    for (const [k, row] of oracle.conditionals(sentence, masked).entries()) {
      const plus = fits.reduce(
        (sum, other) => sum + (other[masked[k] as number] === 1 ? joint(other) : 0),
        0,
      );
      expect(row[1]).toBeCloseTo(plus / total, 12);
    }
  }
  expect(oracle.each(sentence)[3]).toEqual(oracle.conditionals(sentence, [3])[0]);
});

test('sentences occur as often as they should, and tasks tell the likelier signs', () => {
  const random = stream(1, 'toy');
  const counts = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const key = language.sample(random).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const one of all) {
    const mean = 20_000 * joint(one);
    expect(Math.abs((counts.get(one.join('')) ?? 0) - mean)).toBeLessThan(5 * Math.sqrt(mean));
    const [first, second] = language.tasks.map((task) => task.label(one));
    expect([first, second]).toEqual(
      [one.subarray(0, 3), one.subarray(3)].map((part) => Number(part.filter(Boolean).length > 1)),
    );
  }
});

/** Every masked word of every sentence, with its probability. */
const population: Case[] = all.flatMap((sentence) =>
  Array.from(sentence, (_, place) => ({
    encodings: Array.from(sentence, (word, i) => (i === place ? 0 : 2 * word - 1)),
    place,
    weight: joint(sentence) / 6,
  })),
);

function randomNeurons(width: number): Neurons {
  const random = stream(3, 'neurons');
  const draw = () => Float64Array.from({ length: 6 * width }, () => random.normal());
  return { attention: draw(), output: draw(), places: 6, width };
}

function moved({ attention, output, ...sizes }: Neurons, direction: Float64Array, by: number): Neurons {
  const add = (value: number, i: number): number => value + by * (direction[i] as number);
  return {
    ...sizes,
    attention: attention.map((value, i) => add(value, i)),
    output: output.map((value, i) => add(value, attention.length + i)),
  };
}

test('along the minima the gradient of the trace is that of central differences', () => {
  const neurons = randomNeurons(5);
  const basis = orthonormalBasis(normals(neurons));
  expect(basis.length).toBe(30);
  const { gradient } = traceOf(neurons, population);
  for (let k = 0; k < 5; k++) {
    const random = stream(k, 'direction');
    const direction = Float64Array.from({ length: 60 }, () => random.normal());
    orthogonalise(direction, basis);
    const [above, below] = [1e-5, -1e-5].map(
      (by) => traceOf(moved(neurons, direction, by), population).trace,
    ) as [number, number];
    expect((above - below) / 2e-5 / dot(gradient, direction)).toBeCloseTo(1, 6);
  }
});

test.each([0, 0.3])(
  'the two-feature solution has the flattest trace as stated, and nothing moves it, with label noise %d',
  (labelNoise) => {
    const kept = joint(Int32Array.of(1, 1, 1, 0, 0, 0)) + joint(Int32Array.of(1, 1, 1, 0, 0, 1));
    const changed = joint(Int32Array.of(0, 1, 1, 0, 0, 0)) + joint(Int32Array.of(0, 1, 1, 0, 0, 1));
    const likelier = ((1 - labelNoise) * kept) / (kept + changed) + labelNoise / 2;
    const product = Math.log(likelier / (1 - likelier)) / 2;
    const at = (alpha: number): Neurons => {
      const features = (weight: number) =>
        Float64Array.from({ length: 12 }, (_, i) => (i % 2 === Number(i >= 6) ? weight : 0));
      return { attention: features(alpha), output: features(product / alpha), places: 6, width: 2 };
    };
    const grid = (i: number) => 0.2 + 0.0025 * i;
    const traces = Array.from({ length: 1000 }, (_, i) => traceOf(at(grid(i)), population).trace);
    const least = Math.min(...traces);
    expect(least / flattestTrace(flip, labelNoise)).toBeCloseTo(1, 4);
    const neurons = at(grid(traces.indexOf(least)));
    const { gradient } = traceOf(neurons, population);
    const before = norm(gradient);
    orthogonalise(gradient, orthonormalBasis(normals(neurons)));
    // But for the grid's step.
    expect(norm(gradient) / before).toBeLessThan(0.01);
  },
);

const specOf = (changes: object): MlmRunSpec =>
  expandRuns(
    resolveExperiment({
      ...{ format: 'basin/1', title: 'toy', study: 'mlm', steps: 10, batchSize: 32, seeds: [1] },
      ...{ data: { id: 'two-features', flip }, masking: { id: 'bert' }, loss: { id: 'mlm' } },
      encoder: { id: 'position-neurons', neurons: 4 },
      optimizer: { id: 'sgd', learningRate: 0.5, momentum: 0, weightDecay: 0 },
      ...{ schedule: { id: 'constant' }, logEvery: 1, checkpointEvery: 10 },
      ...changes,
    }),
  )[0]?.spec as MlmRunSpec;

test('the trace is that of the Hessian as products with it show it', async () => {
  const warn = (message: string): never => {
    throw new Error(message);
  };
  const training = await build(specOf({}), capturedEngine(nativeBackend, { warn }));
  for (let step = 0; step < 20; step++) training.step(step, 0.5);
  const random = stream(1, 'flatness');
  const ours = flattening.measure({ batchSize: 64 }, training.landscape, random);
  const reference = exact.measure(exact.params.parse({ batchSize: 64 }), training.landscape, random);
  // The reference's products are in single precision.
  expect(ours.value / reference.value).toBeCloseTo(1, 5);
  expect(ours.name).toBe(reference.name);
  expect(ours.detail.features).toBeGreaterThan(1);
  training.dispose();
}, 30_000);

test('other languages and encoders are told', async () => {
  expect(() => specOf({ data: { id: 'hmm' } })).not.toThrow();
  const engine = capturedEngine(nativeBackend, { warn: () => {} });
  await expect(build(specOf({ data: { id: 'hmm' } }), engine)).rejects.toThrow('languages of two words');
  const other = await build(
    specOf({ encoder: { id: 'transformer', layers: 1, width: 4, heads: 1, feedForward: 4 } }),
    engine,
  );
  expect(() => flattening.measure({ batchSize: 4 }, other.landscape, stream(1, 'x'))).toThrow('Take exact');
  other.dispose();
}, 30_000);
