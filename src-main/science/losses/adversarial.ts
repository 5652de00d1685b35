/**
 * Masked-word cross-entropy that is kept, while the embeddings unlearn the downstream tasks: an objective
 * of Basin's own. Gradient reversal after Ganin and Lempitsky 2015 (arXiv 1409.7495).
 */
import { z } from 'zod';
import type { MlmLoss } from '../definition.ts';
import { maskedCrossEntropy, wordLosses } from './mlm.ts';

const params = z.strictObject({
  strength: z.number().min(0).max(100).default(0.1).meta({
    title: 'Strength μ',
    description: 'What the heads’ loss counts against the masked words’, with its sign turned over.',
    scale: 'log',
  }),
  tolerance: z.number().min(0).max(10).default(0.01).meta({
    title: 'Tolerance ε',
    description: 'How far the masked loss may rise above what it was before the reversal.',
    unit: 'nats',
    scale: 'log',
  }),
  begin: z.int().min(0).max(100_000_000).default(0).meta({
    title: 'Begin',
    description: 'Steps of plain training first: until then the run is that of the loss mlm, bit for bit.',
    unit: 'steps',
    scale: 'log',
  }),
  settle: z.int().min(1).max(1_000_000).default(200).meta({
    title: 'Settle',
    description:
      'Steps after that in which the heads learn and the masked loss is averaged, without reversal.',
    unit: 'steps',
    scale: 'log',
  }),
  labelled: z.int().min(1).max(1_000_000).default(10_000).meta({
    title: 'Labelled sentences',
    description: 'From which the heads learn; no probe sees them.',
    scale: 'log',
  }),
  headRate: z.number().positive().max(1).default(2e-3).meta({
    title: 'Heads’ rate',
    description: 'Learning rate of the heads, by AdamW.',
    scale: 'log',
  }),
  headSteps: z.int().min(1).max(100).default(4).meta({
    title: 'Heads’ steps',
    description:
      'Steps of the heads for one of the encoder: slower heads are fooled, and nothing is unlearnt.',
  }),
  window: z.int().min(1).max(1_000_000).default(100).meta({
    title: 'Window',
    description: 'Steps of the running mean of the masked loss, which is what the bound is asked of.',
    unit: 'steps',
    scale: 'log',
  }),
  multiplierRate: z.number().min(0).max(100).default(3).meta({
    title: 'Multiplier’s rate η',
    description: 'How fast the multiplier λ rises, a step and nat above the bound.',
    scale: 'log',
  }),
  multiplierGain: z.number().min(0).max(10_000).default(100).meta({
    title: 'Multiplier’s gain κ',
    description: 'What a nat above the bound adds to the masked loss’s weight at once, on top of λ.',
    scale: 'log',
  }),
});

export const adversarialLoss: MlmLoss<typeof params> = {
  kind: 'loss',
  id: 'adversarial',
  title: 'Adversarial to the downstream tasks',
  help:
    'Basin’s own definition: minimises masked loss − μ · Σ min(head loss, log classes) over the encoder, subject ' +
    'to masked loss ≤ what it was before + ε. One linear head for each downstream task learns alongside; the ' +
    'bound is kept by a multiplier: with m the running mean of the masked loss, λ ← max(0, λ + η (m − bound)), and ' +
    'the masked loss counts 1 + max(0, λ + κ (m − bound)). Begin with a converged model.',
  reference:
    'Basin’s own; reversal as in Ganin and Lempitsky 2015, arXiv 1409.7495; the comparison is that of Liu et al. ' +
    '2022, arXiv 2210.14199',
  studies: ['mlm'],
  params,
  value: (_params, logits, targets, weights) => maskedCrossEntropy(logits, targets, weights),
  examples: (_params, logits, targets, weights) => wordLosses(logits, targets, weights),
  adversary: (settings) => settings,
};
