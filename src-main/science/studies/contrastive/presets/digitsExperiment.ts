/** The experiment on MNIST from which the presets start. */
import type { PresetDefinition } from '../../../definition.ts';

type ContrastiveExperiment = Extract<PresetDefinition['experiment'], { study: 'contrastive' }>;

export const digitsExperiment = {
  format: 'basin/1',
  study: 'contrastive',
  steps: 800,
  batchSize: 128,
  data: { id: 'mnist' },
  augmentation: { id: 'digits' },
  encoder: { id: 'conv' },
  projector: { id: 'mlp' },
  loss: { id: 'spectral' },
  optimizer: { id: 'adamw', learningRate: 4e-3 },
  schedule: { id: 'cosine' },
  probes: [
    { id: 'linear', every: 400 },
    { id: 'knn', every: 800 },
  ],
  evaluations: [],
  flatness: { id: 'trace', every: 200 },
  logEvery: 5,
  checkpointEvery: 400,
  seeds: [0],
} satisfies Omit<ContrastiveExperiment, 'title'>;
