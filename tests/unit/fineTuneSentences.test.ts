import { expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { build } from '#science/studies/mlm/build.ts';
import type { Training } from '#science/studies/training.ts';

const engine = () => capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });

function specOf(probe: object, changes: object = {}): MlmRunSpec {
  const experiment = resolveExperiment({
    ...{ format: 'basin/1', title: 'test', study: 'mlm', steps: 60, batchSize: 32, seeds: [4] },
    data: {
      ...{ id: 'pcfg', roots: 3, layers: 2, symbols: 3, rulesMin: 3, rulesMax: 3, words: 12 },
      ...{ symbolWordsMin: 10, symbolWordsMax: 10, earlyStop: 0 },
    },
    ...{ masking: { id: 'bert' }, loss: { id: 'mlm' }, schedule: { id: 'constant' } },
    encoder: { id: 'transformer', layers: 1, width: 16, heads: 2, feedForward: 32 },
    optimizer: { id: 'adamw', learningRate: 0.01 },
    probes: [{ id: 'fine-tune-sentences', every: 60, ...probe }],
    downstream: { train: 800, validation: 300, test: 1000, lookUpTable: true },
    ...{ logEvery: 1, checkpointEvery: 60 },
    ...changes,
  });
  return expandRuns(experiment)[0]?.spec as MlmRunSpec;
}

const weightsOf = ({ parameters }: Training) =>
  [...parameters.all.values()].map((weight) => [...weight.dataSync()]);

test('fine-tuning beats a head on the frozen encoder, leaves the run’s weights and frees its own', async () => {
  const training = await build(
    specOf(
      { epochs: 25, learningRate: 3e-3 },
      {
        probes: [
          { id: 'linear', every: 60 },
          { id: 'fine-tune-sentences', every: 60, epochs: 25, learningRate: 3e-3 },
        ],
      },
    ),
    engine(),
  );
  const [linear, tuned] = training.measures;
  const frozen = linear?.run(0) ?? [];
  const held = weightsOf(training);
  const before = tf.memory().numTensors;
  const found = tuned?.run(0) ?? [];
  expect(tf.memory().numTensors).toBe(before);
  expect(weightsOf(training)).toEqual(held);
  expect(found.map(({ name }) => name)).toEqual(
    ['A', 'B', 'C'].map((task) => `accuracy/fine-tune-sentences/${task}`),
  );
  // Two standard errors of 1,000 sentences: 0.03.
  const mean = (rows: typeof found) => rows.reduce((sum, { value }) => sum + value / rows.length, 0);
  expect(mean(found)).toBeGreaterThan(mean(frozen) + 0.03);
  expect(found[0]?.detail).toHaveProperty('baseline', training.references['baseline/A']);
  training.dispose();
}, 120_000);

test('a look-up table has no encoder to tune, and is left out', async () => {
  const training = await build(specOf({ epochs: 1, batchSize: 800 }), engine());
  expect((training.measures[0]?.atEnd?.(60) ?? []).map(({ name }) => name)).toEqual(
    ['A', 'B', 'C'].map((task) => `accuracy/fine-tune-sentences_untrained/${task}`),
  );
  training.dispose();
}, 60_000);
