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
