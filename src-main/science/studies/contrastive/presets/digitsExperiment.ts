/** The experiment on MNIST from which the presets start. */
import type { PresetDefinition } from '../../../definition.ts';

type ContrastiveExperiment = Extract<PresetDefinition['experiment'], { study: 'contrastive' }>;

export const digitsExperiment = {
  format: 'basin/1',
  study: 'contrastive',
  steps: 1000,
  batchSize: 128,
  data: { id: 'mnist' },
  augmentation: { id: 'digits' },
  encoder: { id: 'conv' },
  projector: { id: 'mlp' },
  loss: { id: 'spectral' },
  optimizer: { id: 'adamw', learningRate: 2e-3 },
  schedule: { id: 'cosine' },
  probes: [
    { id: 'linear', every: 500 },
    { id: 'knn', every: 1000 },
  ],
  evaluations: [],
  flatness: { id: 'trace', every: 250 },
  logEvery: 5,
  checkpointEvery: 500,
  seeds: [0],
} satisfies Omit<ContrastiveExperiment, 'title'>;
