/** Experiments and the runs that they expand to. Parameters of a component are checked by its registry. */
import { z } from 'zod';
import { componentChoice, scheduledChoice } from './component.ts';
import { interval } from './interval.ts';
import { stopAt } from './stopRule.ts';

const common = {
  format: z.literal('basin/1'),
  preset: z.string().optional(),
  title: z.string().min(1),
  /** Optimizer steps. */
  steps: z.int().min(1).max(100_000_000),
  /** Examples (pairs of views, sentences) a step. */
  batchSize: z.int().min(1).max(65_536),
  data: componentChoice,
  encoder: componentChoice,
  loss: componentChoice,
  optimizer: componentChoice,
  schedule: componentChoice,
  probes: z.array(scheduledChoice).default([]),
  /** Measures of the pre-training task itself, such as the exact excess over the entropy floor. */
  evaluations: z.array(scheduledChoice).default([]),
  flatness: scheduledChoice.nullable().default(null),
  /** Steps between two logged points. */
  logEvery: z.int().min(1),
  /** Steps between two checkpoints, or a log grid; the last step always makes one. */
  checkpointEvery: interval,
  /**
   * Weights to begin with, in place of drawn ones: a checkpoint of the library, named as elsewhere, or a
   * .safetensors file. Steps count from 0 and the optimizer starts afresh.
   */
  start: z.string().min(1).nullable().default(null),
  /** Ends the run before its last step: `loss/excess <= 0.05`, a series that it measures. */
  stopAt: stopAt.nullable().default(null),
};

const contrastive = {
  ...common,
  study: z.literal('contrastive'),
  /** Positive pairs are sampled for each step or, over a finite population, all taken with their weights. */
  pairs: z.enum(['sampled', 'population']).default('sampled'),
  augmentation: componentChoice,
  projector: componentChoice,
};
/** Labelled sentences of the downstream tasks, drawn apart from each other and from those trained on. */
const downstream = z.strictObject({
  train: z.int().min(1).max(1_000_000).default(6000),
  /** For what has to be chosen, such as the number of epochs. */
  validation: z.int().min(1).max(1_000_000).default(2000),
  test: z.int().min(1).max(1_000_000).default(2000),
  /** What a probe sees of a sentence: the embeddings of all its tokens side by side, or their mean. */
  pooling: z.enum(['concatenated', 'mean']).default('concatenated'),
  /** Probes also see the language's exact conditionals in place of embeddings, once, at the run's end. */
  lookUpTable: z.boolean().default(false),
});
const mlm = {
  ...common,
  study: z.literal('mlm'),
  masking: componentChoice,
  /**
   * A fixed set of as many masked sentences to train on, each with its masks, or fresh ones at every step. With
   * a batch as large as the set every step takes all of it: full-batch gradient descent.
   */
  sentences: z.int().min(1).max(10_000_000).nullable().default(null),
  /** Probability with which a word to be predicted is replaced by one drawn evenly, at every step anew. */
  labelNoise: z.number().min(0).max(1).default(0),
  downstream: downstream.prefault({}),
};

/** A whole spec's own rule: a batch is drawn from the training set without repetition. */
const batchOfSet = ({ sentences, batchSize }: { sentences: number | null; batchSize: number }): boolean =>
  sentences === null || batchSize <= sentences;
const tooLarge = { path: ['batchSize'], error: 'it must not exceed sentences, the whole training set' };

const one = { seed: z.int().min(0) };
export const runSpec = z.discriminatedUnion('study', [
  z.strictObject({ ...contrastive, ...one }),
  z.strictObject({ ...mlm, ...one }).refine(batchOfSet, tooLarge),
]);
export type RunSpec = z.infer<typeof runSpec>;
export type ContrastiveRunSpec = Extract<RunSpec, { study: 'contrastive' }>;
export type MlmRunSpec = Extract<RunSpec, { study: 'mlm' }>;

const many = {
  seeds: z.array(z.int().min(0)).min(1),
  /**
   * A grid: dotted path into the spec → the values it takes. Several paths joined by commas vary together: each
   * value is then a list with one entry a path.
   */
  vary: z.record(z.string(), z.array(z.json()).min(1)).default({}),
};
export const experimentSpec = z.discriminatedUnion('study', [
  z.strictObject({ ...contrastive, ...many }),
  z.strictObject({ ...mlm, ...many }).refine(batchOfSet, tooLarge),
]);
export type ExperimentSpec = z.infer<typeof experimentSpec>;

/** `atMost` where a run may stop before its last step. */
export const estimate = z.strictObject({
  seconds: z.number(),
  bytes: z.number(),
  atMost: z.literal(true).optional(),
});
export type Estimate = z.infer<typeof estimate>;
