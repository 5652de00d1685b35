/** Stochastic gradient descent with heavy-ball momentum (Polyak 1964; form as in PyTorch's SGD). */
import { z } from 'zod';
import { add, mul, sub, type Tensor, type Variable } from '#engine/tf.ts';
import type { OptimizerDefinition } from '../definition.ts';
import { createSlots, decayVectors, isDecayed } from './slots.ts';

const params = z.strictObject({
  learningRate: z.number().positive().max(100).default(0.06).meta({
    title: 'Learning rate',
    description: 'Base rate; the schedule scales it.',
    scale: 'log',
  }),
  momentum: z.number().min(0).max(0.9999).default(0.9).meta({
    title: 'Momentum',
    description: 'Share of the previous update that is kept.',
  }),
  weightDecay: z.number().min(0).max(1).default(5e-4).meta({
    title: 'Weight decay',
    description: 'L2 penalty added to the gradient of matrices and kernels.',
    scale: 'log',
  }),
  decayVectors,
});

export const sgd: OptimizerDefinition<typeof params> = {
  kind: 'optimizer',
  id: 'sgd',
  title: 'SGD with momentum',
  help: 'v ← m·v + g + λ·w, then w ← w − η·v.',
  reference: 'Polyak 1964',
  studies: ['contrastive', 'mlm'],
  params,
  baseRate: ({ learningRate }) => learningRate,
  cost: () => ({ gradients: 1, slots: 1 }),
  build({ momentum, weightDecay, decayVectors: vectors }, parameters) {
    const slots = createSlots(['momentum'], parameters);
    return {
      slots,
      apply(gradients, learningRate) {
        for (const [name, weight] of parameters.all) {
          const velocity = slots.get(`momentum/${name}`) as Variable;
          let gradient = gradients[name] as Tensor;
          if (isDecayed(weight, vectors) && weightDecay > 0)
            gradient = add(gradient, mul(weight, weightDecay));
          velocity.assign(add(mul(velocity, momentum), gradient));
          weight.assign(sub(weight, mul(velocity, learningRate)));
        }
      },
    };
  },
};
