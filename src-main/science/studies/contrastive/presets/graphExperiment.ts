/** The experiment on a finite population from which presets start: a table of vectors, all pairs at once. */
import type { PresetDefinition } from '../../../definition.ts';

type ContrastiveExperiment = Extract<PresetDefinition['experiment'], { study: 'contrastive' }>;

const steps = 600;

export const graphExperiment = {
  format: 'basin/1',
  study: 'contrastive',
  steps,
  /** Of no effect while all pairs are taken. */
  batchSize: 64,
  pairs: 'population',
  augmentation: { id: 'none' },
  encoder: { id: 'table' },
  projector: { id: 'none' },
  // The minimisers' vectors are shorter than √μ, so that the cap, which theory does not have, is never felt.
  loss: { id: 'spectral', mu: 100 },
  optimizer: { id: 'adamw', learningRate: 0.05, weightDecay: 0 },
  schedule: { id: 'cosine' },
  probes: [{ id: 'labellings', every: steps }],
  evaluations: [
    { id: 'cluster-bound', every: steps },
    { id: 'graph', every: steps },
  ],
  flatness: null,
  logEvery: 20,
  checkpointEvery: steps,
  seeds: [0, 1, 2],
} satisfies Omit<ContrastiveExperiment, 'title' | 'data'>;

const long = 1500;

/**
 * For tables that have to end at the minimum itself. A vertex among hundreds has gradients below 1e-6: an ε of that
 * size, AdamW's usual one, makes it gradient descent, too slow to tell near eigenvalues apart.
 */
export const toTheMinimum = {
  steps: long,
  optimizer: { id: 'adamw', learningRate: 0.1, epsilon: 1e-8, weightDecay: 0 },
  probes: [{ id: 'labellings', every: long }],
  evaluations: [
    { id: 'cluster-bound', every: long },
    { id: 'graph', every: long },
  ],
  checkpointEvery: long,
} satisfies Partial<ContrastiveExperiment>;
