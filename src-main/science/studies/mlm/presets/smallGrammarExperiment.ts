/** The experiment on the small grammar from which the presets start: every sentence has eight words. */
import type { PresetDefinition } from '../../../definition.ts';

export type MlmExperiment = Extract<PresetDefinition['experiment'], { study: 'mlm' }>;

export const smallGrammar = {
  id: 'pcfg',
  roots: 4,
  layers: 3,
  symbols: 4,
  rulesMin: 4,
  rulesMax: 4,
  words: 40,
  symbolWordsMin: 14,
  symbolWordsMax: 14,
  earlyStop: 0,
} as const;

export const smallGrammarExperiment = {
  format: 'basin/1',
  study: 'mlm',
  steps: 1200,
  batchSize: 256,
  data: smallGrammar,
  masking: { id: 'bert' },
  encoder: { id: 'transformer', layers: 3, width: 64, heads: 4, feedForward: 256 },
  loss: { id: 'mlm' },
  optimizer: { id: 'adamw', learningRate: 2e-3 },
  schedule: { id: 'cosine', floor: 0.05 },
  probes: [{ id: 'linear', every: 400 }],
  evaluations: [{ id: 'exact', every: 100 }],
  flatness: { id: 'trace', every: 200 },
  logEvery: 5,
  checkpointEvery: 400,
  seeds: [0],
} satisfies Omit<MlmExperiment, 'title'>;
