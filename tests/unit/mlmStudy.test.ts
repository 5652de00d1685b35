import { describe, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Engine } from '#engine/engine.ts';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, parameterCount, preview, resolveExperiment, studies } from '#science/registry.ts';
import { maskedBatches } from '#science/studies/mlm/batches.ts';
import { build, loadBatches } from '#science/studies/mlm/build.ts';
import { mlmOptimizers } from '#science/studies/mlm/presets/mlmOptimizers.ts';
import { mlmPcfg } from '#science/studies/mlm/presets/mlmPcfg.ts';

/** Sentences of 2 to 4 words out of 6; a model of some hundred weights. */
const data = {
  id: 'pcfg',
  roots: 2,
  layers: 2,
  symbols: 3,
  rulesMin: 2,
  rulesMax: 3,
  words: 6,
  symbolWordsMin: 2,
  symbolWordsMax: 2,
  earlyStop: 0.2,
};

/** As in a worker; a program that cannot be captured fails the test. */
const captured = () =>
  capturedEngine(nativeBackend, {
    warn: (message) => {
      throw new Error(message);
    },
  });

function specOf(changes: Record<string, unknown> = {}): MlmRunSpec {
  const experiment = resolveExperiment({
    format: 'basin/1',
    title: 'test',
    study: 'mlm',
    steps: 60,
    batchSize: 32,
    data,
    masking: { id: 'bert' },
    encoder: { id: 'transformer', layers: 1, width: 8, heads: 2, feedForward: 16 },
    loss: { id: 'mlm' },
    optimizer: { id: 'adamw', learningRate: 0.01 },
    schedule: { id: 'constant' },
    probes: [],
    evaluations: [{ id: 'exact', every: 50, sentences: 40 }],
    flatness: null,
    logEvery: 1,
    checkpointEvery: 50,
    seeds: [4],
    ...changes,
  });
  return expandRuns(experiment)[0]?.spec as MlmRunSpec;
}

describe('batches', () => {
  const { language, tokens, batches } = loadBatches(specOf());

  test('hide the words that they ask for', () => {
    const masked = batches.sentences(3);
    const feeds = batches.batch(3);
    const numbers = (name: string): number[] => {
      const feed = feeds[name];
      return typeof feed === 'object' ? [...feed.data] : [];
    };
    const [ids, mask, slots] = [numbers('ids'), numbers('mask'), numbers('slots')];
    for (const [row, { sentence, hidden }] of masked.entries()) {
      const start = row * tokens.length;
      expect(ids[start]).toBe(tokens.start);
      expect(ids[start + sentence.length + 1]).toBe(tokens.end);
      for (const [i, word] of sentence.entries()) {
        expect(ids[start + 1 + i]).toBe(hidden.includes(i) ? tokens.hidden : word);
      }
      const used = sentence.length + 2;
      expect(ids.slice(start + used, start + tokens.length).every((id) => id === tokens.padding)).toBe(true);
      expect(mask.slice(start, start + tokens.length).reduce((sum, m) => sum + m, 0)).toBe(used);
      expect(slots[row]).toBe((hidden[0] as number) + 1);
      expect(numbers('targets')[row]).toBe(sentence[hidden[0] as number]);
    }
  });

  test('slots that a short sentence leaves unused weigh nothing', () => {
    const rule = {
      most: 4,
      positions: (length: number) => Array.from({ length }, (_, i) => i),
    };
    const all = maskedBatches(language, tokens, rule, { batchSize: 16, seed: 1 });
    const weights = all.batch(0).weights;
    const expected = all
      .sentences(0)
      .flatMap(({ sentence }) => [0, 1, 2, 3].map((i) => (i < sentence.length ? 1 : 0)));
    expect(typeof weights === 'object' ? [...weights.data] : []).toEqual(expected);
    expect(expected).toContain(0);
  });

  test('are functions of seed and step', () => {
    const again = loadBatches(specOf()).batches;
    expect(again.batch(7)).toEqual(batches.batch(7));
    expect(again.batch(8)).not.toEqual(batches.batch(7));
    expect(loadBatches({ ...specOf(), seed: 5 }).batches.batch(7)).not.toEqual(batches.batch(7));
    expect(again.fixed(8)).toEqual(batches.fixed(8));
  });
});

test('training nears the true conditional, and repeats exactly', async () => {
  const run = async () => {
    const training = await build(specOf(), captured());
    const before = training.measures[0]?.run(0);
    const losses = Array.from({ length: 60 }, (_, step) => training.step(step, 0.01).loss as number);
    const after = training.measures[0]?.run(60);
    training.dispose();
    return { losses, before, after, references: training.references };
  };
  const { losses, before, after, references } = await run();
  const excess = (measured: typeof after) => measured?.find(({ name }) => name === 'loss/excess')?.value ?? 0;
  expect(excess(after)).toBeGreaterThan(0);
  expect(excess(after)).toBeLessThan(0.6 * excess(before));
  const mean = (part: number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) - 0.1);
  expect(references['loss/floor']).toBeGreaterThan(0);
  expect((await run()).losses).toEqual(losses);
}, 60_000);

test('the captured engine trains as the eager one does', async () => {
  const losses = async (engine: Engine) => {
    const training = await build(specOf(), engine);
    const values = Array.from({ length: 8 }, (_, step) => training.step(step, 0.01).loss as number);
    values.push(...(training.measures[0]?.run(8).map(({ value }) => value) ?? []));
    training.dispose();
    return values;
  };
  const replayed = await losses(captured());
  // Other orders of summation in single precision, over eight steps.
  for (const [i, loss] of (await losses(eagerEngine())).entries()) expect(replayed[i]).toBeCloseTo(loss, 3);
}, 60_000);

test.each([
  ['captured', 200],
  ['eager', 10],
] as const)(
  '%s: %i steps leave no tensor behind, and dispose leaves none at all',
  async (id, steps) => {
    const before = tf.memory().numTensors;
    const training = await build(specOf(), id === 'eager' ? eagerEngine() : captured());
    training.step(0, 0.001);
    const held = tf.memory().numTensors;
    for (let step = 1; step <= steps; step++) training.step(step, 0.001);
    expect(tf.memory().numTensors).toBe(held);
    training.measures[0]?.run(steps);
    expect(tf.memory().numTensors).toBe(held);
    training.dispose();
    expect(tf.memory().numTensors).toBe(before);
  },
  60_000,
);

test('probes and flatness are measured under their names and leave the weights as they were', async () => {
  const changes = {
    probes: [{ id: 'linear', every: 10, iterations: 20 }],
    flatness: { id: 'trace', every: 10, probes: 2, batchSize: 16 },
  };
  const training = await build(specOf(changes), captured());
  training.step(0, 0.01);
  const weights = () => [...training.parameters.all.values()].map((weight) => [...weight.dataSync()]);
  const held = weights();
  const measured = training.measures.flatMap((measure) => measure.run(1));
  expect(measured.map(({ name }) => name)).toEqual([
    'loss/exact',
    'loss/excess',
    'loss/saturated',
    'loss/excess_share',
    'accuracy/linear/A',
    'accuracy/linear/B',
    'accuracy/linear/C',
    'flatness/trace',
  ]);
  for (const { name, value, stderr } of measured) {
    expect(Number.isFinite(value), name).toBe(true);
    // 0 where a probe makes no mistake; a flag has none.
    if (name !== 'loss/saturated') expect(stderr, name).toBeGreaterThanOrEqual(0);
  }
  // Every word of these sentences is in the features: a linear head beats the most frequent class.
  for (const task of ['A', 'B', 'C']) {
    const accuracy = measured.find(({ name }) => name === `accuracy/linear/${task}`)?.value;
    expect(accuracy, task).toBeGreaterThan(training.references[`baseline/${task}`] as number);
  }
  expect(weights()).toEqual(held);
  training.dispose();
}, 60_000);

test('the exact trace equals the one by central differences of the gradient', async () => {
  const trace = async (product: string) => {
    const flatness = { id: 'trace', every: 10, probes: 2, batchSize: 16, product, epsilon: 3e-3 };
    const training = await build(specOf({ flatness }), captured());
    for (let step = 0; step < 20; step++) training.step(step, 0.01);
    const [measured] = training.measures.at(-1)?.run(20) ?? [];
    training.dispose();
    return measured?.value as number;
  };
  const exact = await trace('exact');
  // Same weights and directions: rounding of gradients near 1 over ε leaves some 1e-4 a weight.
  expect(Math.abs((await trace('differences')) - exact)).toBeLessThan(0.02 * Math.abs(exact));
}, 60_000);

test('weights are counted without a backend as they are with one', async () => {
  const training = await build(specOf(), eagerEngine());
  expect(parameterCount(specOf())).toBe(training.parameters.count);
  training.dispose();
});

test('a preview shows what the first step hides, with its labels', async () => {
  const answer = await preview(specOf());
  if (answer.kind !== 'sentences') throw new Error('expected sentences');
  const first = loadBatches(specOf()).batches.sentences(0);
  for (const [i, { words, masked, labels }] of answer.sentences.entries()) {
    expect(masked).toEqual(first[i]?.hidden);
    expect(words.length).toBe(first[i]?.sentence.length);
    if (words.length === 4) expect(Object.keys(labels)).toEqual(['A', 'B', 'C']);
  }
});

describe('reports', () => {
  const result = (changes: Partial<RunResult>, metrics: Record<string, number>): RunResult => ({
    name: 'run',
    spec: specOf(),
    status: 'finished',
    step: 60,
    seconds: 1,
    metrics: {
      loss: 3.2,
      'loss/exact': 3.2,
      'loss/floor': 3.1,
      'loss/excess': 0.1,
      'loss/unigram_excess': 0.4,
      'loss/excess_share': 0.25,
      ...metrics,
    },
    measurements: [{ step: 60, name: 'loss/excess', value: 0.1, stderr: 0.005 }],
    ...changes,
  });
  const experiment = resolveExperiment(mlmPcfg.experiment);

  test('mlm-pcfg prints the excess in nats and its share of the unigram’s', () => {
    const report = mlmPcfg.report(experiment, [result({}, {})]);
    expect(report.verdict).toBe('held');
    expect(report.statements[0]).toContain('0.1000 ± 0.0050 nats');
    expect(report.statements[0]).toContain('25.0 % of the 0.4000 nats');
  });

  test('mlm-pcfg does not hold at half the unigram’s divergence, and is not tested by unfinished runs', () => {
    expect(mlmPcfg.report(experiment, [result({}, { 'loss/excess_share': 0.5 })]).verdict).toBe('not held');
    const stopped = mlmPcfg.report(experiment, [result({ status: 'stopped' }, {})]);
    expect(stopped.verdict).toBe('not tested');
    expect(stopped.statements[0]).toContain('stopped');
  });

  describe('mlm-optimizers', () => {
    /** [step, excess, trace] of each moment at which both were measured. */
    const at = (places: readonly (readonly [number, number, number])[]) =>
      places.flatMap(([step, excess, trace]) => [
        { step, name: 'loss/excess', value: excess, stderr: 0.005 },
        { step, name: 'flatness/trace', value: trace, stderr: 2 },
      ]);
    const report = (
      adamw: readonly (readonly [number, number, number])[],
      sgd: readonly (readonly [number, number, number])[],
    ) =>
      mlmOptimizers.report(resolveExperiment(mlmOptimizers.experiment), [
        result({ measurements: at(adamw) }, {}),
        result({ measurements: at(sgd), spec: specOf({ optimizer: { id: 'sgd' } }) }, {}),
      ]);

    test('compares flatness at equal loss only', () => {
      expect(report([[60, 0.1, 80]], [[60, 0.105, 100]]).verdict).toBe('held');
      expect(report([[60, 0.1, 80]], [[60, 0.105, 83]]).verdict).toBe('not held');
      expect(report([[60, 0.1, 80]], [[60, 0.2, 100]]).verdict).toBe('not tested');
    });

    test('takes the lowest loss that both reach, whenever they do', () => {
      const { verdict, statements } = report(
        [
          [20, 0.2, 90],
          [40, 0.12, 80],
          [60, 0.06, 50],
        ],
        [
          [20, 0.3, 30],
          [40, 0.2, 20],
          [60, 0.125, 15],
        ],
      );
      expect(verdict).toBe('held');
      expect(statements.join(' ')).toContain(
        'AdamW Tr(H) 80.0 ± 2.0 at 0.1200 nats (step 40), SGD Tr(H) 15.0 ± 2.0 at 0.1250 nats (step 60)',
      );
    });
  });
});

test('the presets are complete, affordable experiments', () => {
  const ours = studies().filter(({ study }) => study === 'mlm');
  expect(ours.slice(0, 2).map(({ id }) => id)).toEqual(['mlm-pcfg', 'mlm-optimizers']);
  expect(ours[0]?.estimate.seconds).toBeLessThan(240);
});
