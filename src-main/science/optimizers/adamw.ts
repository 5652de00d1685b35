/** AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2). */
import { z } from 'zod';
import { add, div, mul, pow, scalar, sqrt, square, sub, type Tensor, type Variable } from '#engine/tf.ts';
import type { OptimizerDefinition } from '../definition.ts';
import { createSlots, decayVectors, isDecayed } from './slots.ts';

const params = z.strictObject({
  learningRate: z.number().positive().max(10).default(1e-3).meta({
    title: 'Learning rate',
    description: 'Base rate; the schedule scales it.',
    scale: 'log',
  }),
  beta1: z.number().min(0).max(0.9999).default(0.9).meta({
    title: 'β₁',
    description: 'Decay of the mean of gradients.',
  }),
  beta2: z.number().min(0).max(0.99999).default(0.98).meta({
    title: 'β₂',
    description: 'Decay of the mean of squared gradients.',
  }),
  epsilon: z.number().positive().max(1e-2).default(1e-6).meta({
    title: 'ε',
    description: 'Added to the root of the mean square.',
    scale: 'log',
  }),
  weightDecay: z.number().min(0).max(1).default(0.01).meta({
    title: 'Weight decay',
    description: 'Matrices and kernels shrink by this share of the learning rate each step.',
    scale: 'log',
  }),
  decayVectors,
});

export const adamw: OptimizerDefinition<typeof params> = {
  kind: 'optimizer',
  id: 'adamw',
  title: 'AdamW',
  help: 'Adaptive steps by gradient moments, with weight decay apart from the gradient.',
  reference: 'Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2',
  studies: ['contrastive', 'mlm'],
  params,
  baseRate: ({ learningRate }) => learningRate,
  cost: () => ({ gradients: 1, slots: 2 }),
  build({ beta1, beta2, epsilon, weightDecay, decayVectors: vectors }, parameters) {
    const slots = createSlots(['mean', 'square'], parameters);
    return {
      slots,
      apply(gradients, learningRate, step) {
        const correction1 = sub(1, pow(scalar(beta1), step));
        const correction2 = sqrt(sub(1, pow(scalar(beta2), step)));
        // m̂ / (√v̂ + ε) = (m / c₁) / (√v / c₂ + ε) = m · (c₂ / c₁) / (√v + ε·c₂).
        const rate = div(mul(learningRate, correction2), correction1);
        const floor = mul(correction2, epsilon);
        const keep = sub(1, mul(learningRate, weightDecay));
        for (const [name, weight] of parameters.all) {
          const gradient = gradients[name] as Tensor;
          const mean = slots.get(`mean/${name}`) as Variable;
          const meanSquare = slots.get(`square/${name}`) as Variable;
          mean.assign(add(mul(mean, beta1), mul(gradient, 1 - beta1)));
          meanSquare.assign(add(mul(meanSquare, beta2), mul(square(gradient), 1 - beta2)));
          const update = div(mul(mean, rate), add(sqrt(meanSquare), floor));
          const shrunk = isDecayed(weight, vectors) && weightDecay > 0 ? mul(weight, keep) : weight;
          weight.assign(sub(shrunk, update));
        }
      },
    };
  },
};
