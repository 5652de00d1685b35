/** The MLM model and batches that the benchmarks share: a small BERT on sequences of 64 tokens. */
import { type MlmRunSpec, runSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Language } from '#science/data/language.ts';
import { bert } from '#science/masking/bert.ts';
import { adamw } from '#science/optimizers/adamw.ts';
import { type Batches, maskedBatches } from '#science/studies/mlm/batches.ts';
import { buildModel, type MlmModel } from '#science/studies/mlm/model.ts';
import { tokensOf } from '#science/studies/mlm/tokens.ts';
import { stepProgram, takeStep } from '#science/studies/training.ts';

const learningRate = 1e-3;
const [layers, width, feedForward, heads] = [4, 128, 512, 4];
const batchSize = 64;
const masking = { share: 0.15, max: 9 };

/**
 * A chain of 208 words, each followed by one of the next four: something to learn, without which the loss
 * has no curvature worth an estimate. Of several lengths, so that padding has to be masked as in a run.
 */
const language: Language = {
  words: Array.from({ length: 208 }, (_, word) => `w${word}`),
  maxLength: 62,
  unigram: new Float64Array(208).fill(1 / 208),
  tasks: [],
  sample(random) {
    const sentence = new Int32Array(32 + random.integer(31));
    sentence[0] = random.integer(208);
    for (let i = 1; i < sentence.length; i++) {
      sentence[i] = ((sentence[i - 1] as number) + 1 + random.integer(4)) % 208;
    }
    return sentence;
  },
};

export const spec = runSpec.parse({
  format: 'basin/1',
  study: 'mlm',
  title: 'Benchmark',
  steps: 1_000_000,
  batchSize,
  // Stands for the language above, which is in no registry.
  data: { id: 'pcfg' },
  masking: { id: 'bert', ...masking },
  encoder: { id: 'transformer', layers, width, heads, feedForward },
  loss: { id: 'mlm' },
  optimizer: { id: 'adamw', learningRate },
  schedule: { id: 'constant' },
  logEvery: 1,
  checkpointEvery: 1_000_000,
  seed: 0,
}) as MlmRunSpec;

interface MlmSetup {
  readonly parameters: SeededParameters;
  readonly model: MlmModel;
  readonly batches: Batches;
}

export function buildMlm(): MlmSetup {
  const tokens = tokensOf({ words: language.words.length, maxLength: language.maxLength });
  const parameters = new SeededParameters(spec.seed);
  const rule = {
    most: bert.most(masking, language.maxLength),
    positions: bert.positions.bind(bert, masking),
  };
  return {
    parameters,
    model: buildModel(spec, tokens, parameters),
    batches: maskedBatches(language, tokens, rule, { batchSize, seed: spec.seed }),
  };
}

/** A training step of the model, from 0; its loss, nats. The next batch is drawn and fed, the loss read. */
export function trainer({ parameters, model, batches }: MlmSetup, engine: Engine): () => number {
  const optimizer = adamw.build(adamw.params.parse({ learningRate }), parameters);
  const program = stepProgram(engine, parameters, optimizer, (inputs) => ({
    loss: model.loss(inputs),
    metrics: {},
  }));
  let step = 0;
  return () => {
    const { loss } = takeStep(program, batches.batch(step), learningRate, step);
    step += 1;
    return loss as number;
  };
}

/**
 * Of one training step: two for each multiply-add of the matrix products that the loss asks for, three
 * times over (forward, gradient of the input, gradient of the weight). In the last block that is keys and
 * values of all tokens, and all else of the hidden words alone. What an implementation adds, such as products
 * with one-hot rows in place of look-ups, does not count.
 */
export function stepOperations(): number {
  const length = language.maxLength + 2;
  const slots = bert.most(masking, language.maxLength);
  const keysAndValues = 2 * width * width;
  const otherwise = 2 * width * width + 2 * width * feedForward + 2 * length * width;
  const full = length * (keysAndValues + otherwise);
  const last = length * keysAndValues + slots * otherwise;
  const logits = slots * width * language.words.length;
  return 3 * 2 * batchSize * ((layers - 1) * full + last + logits);
}
