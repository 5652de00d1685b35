/** How MLM training may differ: fixed sets, label noise, the adversarial objective, the look-up table. */
import { describe, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Feeds } from '#engine/engine.ts';
import { Parameters } from '#engine/parameters.ts';
import { type Tensor, tensor, tidy, type Variable } from '#engine/tf.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { build, loadBatches } from '#science/studies/mlm/build.ts';
import { lookUpFeatures } from '#science/studies/mlm/lookUpTable.ts';
import { buildModel, type MlmModel } from '#science/studies/mlm/model.ts';
import { majority } from '#science/studies/mlm/tasks.ts';
import type { Training } from '#science/studies/training.ts';

/** Sentences of 2 to 4 words out of 6; a model of some hundred weights. */
const data = {
  ...{ id: 'pcfg', roots: 2, layers: 2, symbols: 3, rulesMin: 2, rulesMax: 3 },
  ...{ words: 6, symbolWordsMin: 2, symbolWordsMax: 2, earlyStop: 0.2 },
};

function specOf(changes: Record<string, unknown> = {}): MlmRunSpec {
  const experiment = resolveExperiment({
    ...{ format: 'basin/1', title: 'test', study: 'mlm', steps: 60, batchSize: 32, seeds: [4] },
    ...{ data, masking: { id: 'bert' }, loss: { id: 'mlm' }, schedule: { id: 'constant', warmup: 0 } },
    encoder: { id: 'transformer', layers: 1, width: 8, heads: 2, feedForward: 16 },
    optimizer: { id: 'sgd', learningRate: 1, momentum: 0, weightDecay: 0 },
    ...{ logEvery: 1, checkpointEvery: 50 },
    ...changes,
  });
  return expandRuns(experiment)[0]?.spec as MlmRunSpec;
}

const numbers = (feeds: Feeds, name: string): number[] => {
  const feed = feeds[name];
  return typeof feed === 'object' ? [...feed.data] : [];
};
const captured = () =>
  capturedEngine(nativeBackend, {
    warn: (message) => {
      throw new Error(message);
    },
  });
const weightsOf = ({ parameters }: Training): Map<string, Float32Array> =>
  new Map([...parameters.all].map(([name, weight]) => [name, Float32Array.from(weight.dataSync())]));

describe('a fixed training set', () => {
  test('a batch as large as the set is all of it, at every step', () => {
    const { batches } = loadBatches(specOf({ sentences: 32 }));
    expect(batches.batch(0)).toEqual(batches.batch(17));
    expect(batches.batch(0)).toEqual(loadBatches(specOf({ sentences: 32 })).batches.batch(3));
  });

  test('smaller batches are drawn from it without repetition, with the masks that belong to it', () => {
    const set = new Set(
      loadBatches(specOf({ sentences: 32 }))
        .batches.sentences(0)
        .map((one) => JSON.stringify(one)),
    );
    const { batches } = loadBatches(specOf({ sentences: 32, batchSize: 8 }));
    const drawn = batches.sentences(5);
    expect(drawn).toHaveLength(8);
    expect(new Set(drawn).size).toBe(8);
    for (const one of drawn) expect(set.has(JSON.stringify(one))).toBe(true);
    expect(batches.sentences(6)).not.toEqual(drawn);
  });

  test('a full-batch step of SGD follows the mean gradient over all sentences', async () => {
    // Every sentence hides as many words, so that the mean over sentences is the mean over words.
    const whole = await build(specOf({ sentences: 4, batchSize: 4 }), eagerEngine());
    const before = weightsOf(whole);
    const all = loadBatches(specOf({ sentences: 4, batchSize: 4 })).batches.batch(0);
    const gradient = new Map<string, Float64Array>();
    for (let row = 0; row < 4; row++) {
      const single = await build(specOf({ batchSize: 1 }), eagerEngine());
      single.step(0, 1, rowOf(all, row, 4));
      for (const [name, after] of weightsOf(single)) {
        const sum = gradient.get(name) ?? new Float64Array(after.length);
        const start = before.get(name) as Float32Array;
        for (const i of sum.keys())
          sum[i] = (sum[i] as number) + ((start[i] as number) - (after[i] as number)) / 4;
        gradient.set(name, sum);
      }
      single.dispose();
    }
    whole.step(0, 1);
    for (const [name, after] of weightsOf(whole)) {
      for (const [i, number] of after.entries()) {
        const expected = (before.get(name)?.[i] as number) - (gradient.get(name)?.[i] as number);
        expect(Math.abs(number - expected), `${name} ${i}`).toBeLessThan(1e-5);
      }
    }
    whole.dispose();
  });

  test('a batch larger than the set is refused', () => {
    expect(() => specOf({ sentences: 16 })).toThrow(
      'Setting batchSize: it must not exceed sentences, the whole training set.',
    );
  });
});

/** One sentence of a batch, as a batch of its own. */
function rowOf(feeds: Feeds, row: number, rows: number): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      if (typeof feed !== 'object') return [name, feed];
      const size = feed.data.length / rows;
      const shape = [(feed.shape[0] as number) / rows, ...feed.shape.slice(1)];
      return [name, { shape, data: feed.data.slice(row * size, (row + 1) * size) }];
    }),
  );
}

test('label noise replaces targets at its rate, evenly, and never those of fixed batches', () => {
  const clean = loadBatches(specOf({ batchSize: 2000 })).batches;
  const noisy = loadBatches(specOf({ batchSize: 2000, labelNoise: 0.3 })).batches;
  expect(noisy.fixed(50)).toEqual(clean.fixed(50));
  const { targets: _given, ...given } = clean.batch(3);
  const { targets: _taken, ...taken } = noisy.batch(3);
  expect(taken).toEqual(given);
  const [before, after] = [numbers(clean.batch(3), 'targets'), numbers(noisy.batch(3), 'targets')];
  const changed = before.filter((word, i) => word !== after[i]).length / before.length;
  // One draw in six gives the word that stood there; four standard errors of 2,000 words.
  expect(Math.abs(changed - 0.3 * (5 / 6))).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 2000));
  expect(numbers(noisy.batch(4), 'targets')).not.toEqual(after);
});

describe('the adversarial objective', () => {
  const loss = (changes: object = {}) => ({
    ...{ id: 'adversarial', strength: 0.7, begin: 2, settle: 3, labelled: 40, headRate: 0.05 },
    ...changes,
  });
  const state = (training: Training, name: string): Float32Array =>
    Float32Array.from(training.state.get(name)?.dataSync() ?? []);

  test('is plain training until it begins', async () => {
    const plain = await build(specOf(), captured());
    const against = await build(specOf({ loss: loss() }), captured());
    for (let step = 0; step < 2; step++) {
      expect(against.step(step, 0.1)).toEqual(plain.step(step, 0.1));
    }
    expect(weightsOf(against)).toEqual(weightsOf(plain));
    expect(against.step(2, 0.1)).toHaveProperty('adversary/head_loss');
    plain.dispose();
    against.dispose();
  });

  test('steps along the masked gradient less μ times that of the heads, as central differences find them', async () => {
    const spec = specOf({ loss: loss({ begin: 0, settle: 1 }) });
    const training = await build(spec, eagerEngine());
    // The heads learn in the first step, at rate 0 for the encoder.
    training.step(0, 0);
    const { batches } = loadBatches(spec);
    const batch = batches.batch(1);
    const before = weightsOf(training);
    const model = buildModel(spec, loadBatches(spec).tokens, new Given(training.parameters.all));
    const heads = new Map(
      [...training.state].map(([name, variable]) => [name, Float64Array.from(variable.dataSync())]),
    );
    const objective = (): number => maskedLoss(training, batch) - 0.7 * headLoss(model, heads, batch);
    const names = ['tokens', 'block0/attention/out/kernel', 'block0/feed_forward/in/kernel', 'norm/gain'];
    const expected = names.map((name) => differences(training, name, objective));
    training.step(1, 1, batch);
    const after = weightsOf(training);
    for (const [n, name] of names.entries()) {
      for (const [i, slope] of expected[n] ?? []) {
        const moved = (before.get(name)?.[i] as number) - (after.get(name)?.[i] as number);
        // Differences over 0.02 in single precision.
        expect(Math.abs(moved - slope), `${name} ${i}`).toBeLessThan(2e-3);
      }
    }
    training.dispose();
  }, 60_000);

  test('averages the masked loss while the heads settle, then holds its running mean to the bound', async () => {
    const bounded = { tolerance: 0, window: 4, multiplierRate: 2, multiplierGain: 5 };
    const training = await build(specOf({ loss: loss(bounded) }), captured());
    // At rate 0 the loss of batches lies on both sides of its mean.
    const seen = Array.from({ length: 30 }, (_, step) => training.step(step, 0));
    const masked = seen.map(({ loss: value }) => value as number);
    const mean = ((masked[2] as number) + (masked[3] as number) + (masked[4] as number)) / 3;
    expect(state(training, 'reference')[0]).toBeCloseTo(mean, 5);
    let [multiplier, average, largest] = [0, mean, 0];
    for (const [i, value] of masked.entries()) {
      if (i < 5) continue;
      const weight = Math.max(0, multiplier + 5 * (average - mean));
      largest = Math.max(largest, weight);
      expect(seen[i]?.['adversary/multiplier']).toBeCloseTo(weight, 3);
      average += (value - average) / 4;
      multiplier = Math.max(0, multiplier + 2 * (average - mean));
    }
    expect(largest).toBeGreaterThan(0.1);
    expect(state(training, 'average')[0]).toBeCloseTo(average, 4);
    expect(state(training, 'multiplier')[0]).toBeCloseTo(multiplier, 3);
    training.dispose();
  });

  test('keeps the bound while the heads’ loss is driven up', async () => {
    const settings = { strength: 1, begin: 400, settle: 100, labelled: 400, tolerance: 0.02, window: 20 };
    const spec = specOf({
      loss: loss({ ...settings, multiplierRate: 10 }),
      optimizer: { id: 'adamw', learningRate: 0.01 },
      batchSize: 256,
    });
    const training = await build(spec, captured());
    const seen = Array.from({ length: 1000 }, (_, step) => training.step(step, 0.01));
    const mean = (name: string, from: number, to: number) =>
      seen.slice(from, to).reduce((sum, one) => sum + (one[name] as number), 0) / (to - from);
    expect(mean('adversary/head_loss', 900, 1000)).toBeGreaterThan(
      mean('adversary/head_loss', 470, 500) + 0.1,
    );
    // The mean over 256 words and 200 steps has an error of about 0.003 at either end.
    expect(mean('loss', 800, 1000) - mean('loss', 400, 500)).toBeLessThan(0.02 + 0.01);
    training.dispose();
  }, 60_000);

  test('heads learn their tasks, and lose what they have learnt once it is turned over', async () => {
    const spec = specOf({
      loss: loss({ strength: 1, begin: 0, settle: 120, labelled: 400 }),
      optimizer: { id: 'adamw', learningRate: 0.01 },
      batchSize: 64,
    });
    const training = await build(spec, captured());
    const headLosses = Array.from(
      { length: 300 },
      (_, step) => training.step(step, 0.01)['adversary/head_loss'] as number,
    );
    const at = (from: number, to: number) =>
      headLosses.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    expect(at(100, 120)).toBeLessThan(at(0, 20) - 0.1);
    expect(at(260, 300)).toBeGreaterThan(at(100, 120) + 0.1);
    training.dispose();
  }, 60_000);
});

/** The masked loss of a batch at the weights of the moment. */
function maskedLoss({ landscape }: Training, batch: Feeds): number {
  return tidy(() => landscape.loss(inputsOf(batch)).dataSync()[0] as number);
}

/** Weights that exist already, for a second model of them. */
class Given extends Parameters {
  readonly #given: ReadonlyMap<string, Variable>;
  constructor(given: ReadonlyMap<string, Variable>) {
    super();
    this.#given = given;
  }
  protected make(name: string): Variable {
    return this.#given.get(name) ?? expect.unreachable();
  }
}

/** Σ over tasks of −mean log softmax, in double precision, from features that the model gives. */
function headLoss(model: MlmModel, heads: ReadonlyMap<string, Float64Array>, batch: Feeds): number {
  const { 'adversary/ids': ids, 'adversary/mask': mask } = batch;
  const all = tidy(() => model.features(inputsOf({ ids: ids ?? 0, mask: mask ?? 0 })).dataSync());
  const width = model.featureWidth;
  const rows = all.length / width;
  let total = 0;
  for (const [name, kernel] of heads) {
    const task = /^head\/(.*)\/kernel$/.exec(name)?.[1];
    if (task === undefined) continue;
    const bias = heads.get(`head/${task}/bias`) as Float64Array;
    const labels = numbers(batch, `adversary/labels/${task}`);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const scores = [...bias].map((offset, c) => {
        let score = offset;
        for (let j = 0; j < width; j++)
          score += (all[row * width + j] as number) * (kernel[j * bias.length + c] as number);
        return score;
      });
      sum +=
        Math.log(scores.reduce((s, score) => s + Math.exp(score), 0)) -
        (scores[labels[row] as number] as number);
    }
    total += Math.min(sum / rows, Math.log(bias.length));
  }
  return total;
}

/** Slopes along every seventh entry of a weight, by its place. */
function differences(training: Training, name: string, value: () => number): Map<number, number> {
  const weight = training.parameters.all.get(name) ?? expect.unreachable();
  const numbersOf = Float32Array.from(weight.dataSync());
  const at = (i: number, shift: number): number => {
    const moved = numbersOf.slice();
    moved[i] = (moved[i] as number) + shift;
    tidy(() => weight.assign(tensor(moved, weight.shape)));
    return value();
  };
  const places = [...numbersOf.keys()].filter((i) => i % 7 === 0);
  const slopes = places.map((i) => [i, (at(i, 0.01) - at(i, -0.01)) / 0.02] as const);
  tidy(() => weight.assign(tensor(numbersOf, weight.shape)));
  return new Map(slopes);
}

function inputsOf(feeds: Feeds): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      if (typeof feed !== 'object') throw new Error('no scalars here');
      return [
        name,
        tensor(feed.data, [...feed.shape], feed.data instanceof Int32Array ? 'int32' : 'float32'),
      ];
    }),
  );
}

describe('the look-up table', () => {
  const { language } = loadBatches(specOf());
  const sentences = loadBatches(specOf())
    .batches.sentences(0)
    .map(({ sentence }) => sentence);

  test('has the exact conditional of every position in its place, and zeros after the sentence', () => {
    const features = lookUpFeatures(language, sentences, 'concatenated');
    const width = language.maxLength * language.words.length;
    for (const [row, sentence] of sentences.entries()) {
      for (let position = 0; position < language.maxLength; position++) {
        const start = row * width + position * language.words.length;
        const part = [...features.subarray(start, start + language.words.length)];
        const [expected] =
          position < sentence.length ? (language.oracle?.conditionals(sentence, [position]) ?? []) : [];
        for (const [word, p] of part.entries()) expect(p).toBeCloseTo(expected?.[word] ?? 0, 6);
      }
    }
  });

  test('is probed once, after the last step, beside the untrained encoder', async () => {
    const spec = specOf({
      probes: [{ id: 'linear', every: 60, iterations: 30 }],
      downstream: { train: 300, validation: 10, test: 200, lookUpTable: true },
    });
    const training = await build(spec, eagerEngine());
    const [probe] = training.measures;
    expect(probe?.run(60).map(({ name }) => name)).toEqual(
      ['A', 'B', 'C'].map((task) => `accuracy/linear/${task}`),
    );
    const end = probe?.atEnd?.(60) ?? [];
    expect(end.map(({ name }) => name)).toEqual(
      ['untrained', 'lookup'].flatMap((what) =>
        ['A', 'B', 'C'].map((task) => `accuracy/linear_${what}/${task}`),
      ),
    );
    for (const { name, value } of end.slice(3)) {
      expect(value).toBeGreaterThan(
        training.references[name.replace('accuracy/linear_lookup', 'baseline')] as number,
      );
    }
    expect(training.references['ceiling/A']).toBe(1);
    training.dispose();
  }, 60_000);

  test('downstream sets have the sizes asked for, and the mean of embeddings is an embedding wide', async () => {
    const spec = specOf({
      probes: [{ id: 'feature-spectrum', every: 60 }],
      downstream: { train: 50, validation: 10, test: 40, pooling: 'mean' },
    });
    const training = await build(spec, eagerEngine());
    const [spectrum] = training.measures[0]?.run(1) ?? [];
    expect(spectrum?.detail).toHaveProperty('eigenvalues.length', 8);
    training.dispose();
    expect(majority({ sentences: [], labels: Int32Array.of(1, 1, 2, 1) })).toBe(0.75);
  });
});
