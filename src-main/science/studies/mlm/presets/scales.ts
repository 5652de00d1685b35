/** Experiments from which the presets on saturation and algorithms start, from two cores to a GPU. */
import { type MlmExperiment, smallGrammarExperiment } from './smallGrammarExperiment.ts';

/** Sentences of four words, most of which each symbol has: the tasks are not solved by the words alone. */
export const shortGrammarExperiment = {
  ...smallGrammarExperiment,
  steps: 6000,
  batchSize: 128,
  data: {
    ...smallGrammarExperiment.data,
    ...{ roots: 3, layers: 2, words: 16, symbolWordsMin: 10, symbolWordsMax: 10 },
  },
  encoder: { id: 'transformer', layers: 2, width: 48, heads: 4, feedForward: 192 },
  optimizer: { id: 'adamw', learningRate: 3e-3 },
  schedule: { id: 'cosine', floor: 0.05 },
  evaluations: [{ id: 'exact', every: '6/decade from 100' }],
  probes: [{ id: 'linear', every: '6/decade from 100' }],
  flatness: { id: 'trace', every: '6/decade from 100' },
  downstream: { train: 6000, validation: 100, test: 4000 },
  logEvery: 20,
  checkpointEvery: '3/decade from 100',
} satisfies Omit<MlmExperiment, 'title'>;

/**
 * Four roots and 24 words, of which each symbol has 14: two cores reach the true conditional in minutes, and what
 * the look-up table knows of a sentence is far from what training finds. The rate falls early, since at its full
 * height the steps themselves keep the loss above the floor.
 */
export const ambiguousGrammarExperiment = {
  ...shortGrammarExperiment,
  ...{ steps: 4000, batchSize: 256 },
  data: {
    ...shortGrammarExperiment.data,
    ...{ roots: 4, words: 24, symbolWordsMin: 14, symbolWordsMax: 14 },
  },
  schedule: { id: 'step', warmup: 0.02, milestones: [0.4], factor: 0.3 },
  evaluations: [{ id: 'exact', every: '6/decade from 100', sentences: 1000 }],
  flatness: { id: 'trace', every: '6/decade from 100', probes: 16, scaled: true },
  downstream: { train: 6000, validation: 500, test: 4000 },
} satisfies Omit<MlmExperiment, 'title'>;

/** The published counts and recipe (science of Liu et al. 2022, arXiv 2210.14199), for a GPU. */
export const paperExperiment = {
  ...smallGrammarExperiment,
  steps: 25_000,
  batchSize: 4096,
  data: { id: 'pcfg' },
  encoder: { id: 'transformer', layers: 16, width: 1024, heads: 16, feedForward: 4096 },
  optimizer: { id: 'adamw', learningRate: 5e-4 },
  schedule: { id: 'linear', warmup: 0.133 },
  evaluations: [{ id: 'exact', every: '5/decade from 100', sentences: 1000 }],
  probes: [{ id: 'linear', every: '5/decade from 100' }],
  flatness: { id: 'trace', every: '5/decade from 100', batches: 16, scaled: true },
  downstream: { train: 100_000, validation: 5000, test: 10_000 },
  logEvery: 20,
  checkpointEvery: '5/decade from 100',
  seeds: [0, 1, 2],
} satisfies Omit<MlmExperiment, 'title'>;
