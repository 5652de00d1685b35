/** Sharpness-aware minimisation (Foret, Kleiner, Mobahi and Neyshabur 2021, algorithm 1). */
import { z } from 'zod';
import { add, addN, mul, rsqrt, type Scalar, square, sum } from '#engine/tf.ts';
import type { OptimizerDefinition } from '../definition.ts';
import { adamw } from './adamw.ts';
import { sgd } from './sgd.ts';
import { decayVectors } from './slots.ts';

const { beta1, beta2, epsilon } = adamw.params.shape;

const params = z.strictObject({
  learningRate: z.number().positive().max(100).default(0.06).meta({
    title: 'Learning rate',
    description: 'Base rate; the schedule scales it. AdamW wants about a hundredth of what SGD does.',
    scale: 'log',
  }),
  rho: z.number().min(0).max(10).default(0.05).meta({
    title: 'Radius ρ',
    description: 'How far up the slope the gradient is taken; 0 is the base optimizer.',
    scale: 'log',
  }),
  base: z.enum(['sgd', 'adamw']).default('sgd').meta({
    title: 'Base optimizer',
    description: 'What makes a step of the gradient.',
  }),
  momentum: sgd.params.shape.momentum.meta({
    title: 'Momentum',
    description: 'Share of the previous update that is kept; of SGD alone.',
  }),
  beta1: beta1.meta({ title: 'β₁', description: 'Decay of the mean of gradients; of AdamW alone.' }),
  beta2: beta2.meta({ title: 'β₂', description: 'Decay of the mean of squared gradients; of AdamW alone.' }),
  epsilon: epsilon.meta({
    title: 'ε',
    description: 'Added to the root of the mean square; of AdamW alone.',
    scale: 'log',
  }),
  weightDecay: z.number().min(0).max(1).default(5e-4).meta({
    title: 'Weight decay',
    description: 'As the base optimizer decays weights.',
    scale: 'log',
  }),
  decayVectors,
});

export const sam: OptimizerDefinition<typeof params> = {
  kind: 'optimizer',
  id: 'sam',
  title: 'SAM',
  help:
    'The gradient is taken at w + ρ·g/‖g‖, the worst place nearby to first order, and the base optimizer ' +
    'steps from w. Two gradients a step: twice the time.',
  reference: 'Foret, Kleiner, Mobahi and Neyshabur 2021, arXiv 2010.01412, algorithm 1',
  studies: ['contrastive', 'mlm'],
  params,
  baseRate: ({ learningRate }) => learningRate,
  cost: ({ base }) => ({ gradients: 2, slots: base === 'adamw' ? 2 : 1 }),
  build({ rho, base, ...shared }, parameters) {
    const { slots, apply } =
      base === 'adamw' ? adamw.build(shared, parameters) : sgd.build(shared, parameters);
    return {
      slots,
      apply,
      ascent(gradients) {
        const squares = Object.values(gradients).map((gradient) => sum(square(gradient)));
        // A gradient of zero has no direction: it stays, and no number overflows.
        const factor = mul(rsqrt(add(addN(squares), 1e-24)), rho) as Scalar;
        return Object.fromEntries(
          Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, factor)]),
        );
      },
    };
  },
};
