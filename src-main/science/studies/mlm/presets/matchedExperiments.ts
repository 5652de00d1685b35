/** Experiments whose runs are stopped at one excess over the floor, so that what they end with can be compared. */
import { paperExperiment } from './scales.ts';
import { type MlmExperiment, smallGrammarExperiment } from './smallGrammarExperiment.ts';

/**
 * At most so many steps, 100 of them warm-up: where a run ends is decided by its loss. A rate that falls towards
 * the last step would depend on where that is.
 */
function atMost(steps: number) {
  return { steps, checkpointEvery: steps, schedule: { id: 'constant', warmup: 100 / steps } };
}

/** For what is measured at the end alone: no run takes so many steps. */
export const atEnd = 4000;

export const matchedExperiment = {
  ...smallGrammarExperiment,
  ...atMost(2000),
  batchSize: 64,
  encoder: { id: 'transformer', layers: 2, width: 48, heads: 4, feedForward: 192 },
  stopAt: 'loss/excess <= 0.14',
  evaluations: [{ id: 'exact', every: 25, sentences: 300, positions: 2 }],
  probes: [{ id: 'linear', every: atEnd }],
  flatness: { id: 'trace', every: atEnd, probes: 16, scaled: true },
  downstream: { train: 4000, validation: 100, test: 2000 },
  logEvery: 20,
} satisfies Omit<MlmExperiment, 'title'>;

/** With time for slow optimizers and small models. */
export const standardSteps = { ...atMost(atEnd), seeds: [0, 1, 2] };

/** For a GPU. On the published counts the unigram model's excess is about 0.5 nats. */
export const paperMatchedExperiment = {
  ...paperExperiment,
  schedule: { id: 'constant', warmup: 0.133 },
  stopAt: 'loss/excess <= 0.1',
  evaluations: [{ id: 'exact', every: 100, sentences: 1000 }],
  flatness: { ...paperExperiment.flatness, scaled: true },
} satisfies Omit<MlmExperiment, 'title'>;

export const adamw = (learningRate: number) => ({ id: 'adamw', learningRate });
export const sgd = (learningRate: number) => ({ id: 'sgd', learningRate, weightDecay: 0 });
export const sam = (base: 'sgd' | 'adamw', learningRate: number, rho: number) => ({
  ...{ id: 'sam', base, learningRate, rho },
  // As the base optimizer has it here.
  weightDecay: base === 'adamw' ? 0.01 : 0,
});
