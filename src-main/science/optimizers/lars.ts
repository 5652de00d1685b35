/** Layer-wise adaptive rates (You, Gitman and Ginsburg 2017, algorithm 1): for large batches. */
import { z } from 'zod';
import {
  add,
  div,
  greater,
  logicalAnd,
  mul,
  onesLike,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Variable,
  where,
} from '#engine/tf.ts';
import type { OptimizerDefinition } from '../definition.ts';
import { sgd } from './sgd.ts';
import { createSlots } from './slots.ts';

const params = z.strictObject({
  learningRate: z.number().positive().max(1000).default(1).meta({
    title: 'Learning rate',
    description: 'Base rate γ; the schedule scales it, and each layer has its own share of it.',
    scale: 'log',
  }),
  momentum: sgd.params.shape.momentum,
  weightDecay: z.number().min(0).max(1).default(1e-6).meta({
    title: 'Weight decay',
    description: 'L2 penalty β of the layers that are adapted.',
    scale: 'log',
  }),
  trust: z.number().positive().max(10).default(1e-3).meta({
    title: 'Trust coefficient η',
    description: 'The share of its own length that a layer moves in a step of rate 1.',
    scale: 'log',
  }),
  excludeVectors: z.boolean().default(true).meta({
    title: 'Exclude vectors',
    description: 'Biases and the gains of norms take plain steps with momentum, without decay.',
  }),
});

export const lars: OptimizerDefinition<typeof params> = {
  kind: 'optimizer',
  id: 'lars',
  title: 'LARS',
  help:
    'v ← m·v + γ·λ·(g + β·w), w ← w − v, with λ = η‖w‖ / (‖g‖ + β‖w‖) for each layer, so that every layer ' +
    'moves by a like share of its length.',
  reference: 'You, Gitman and Ginsburg 2017, arXiv 1708.03888, algorithm 1',
  studies: ['contrastive', 'mlm'],
  params,
  baseRate: ({ learningRate }) => learningRate,
  cost: () => ({ gradients: 1, slots: 1 }),
  build({ momentum, weightDecay, trust, excludeVectors }, parameters) {
    const slots = createSlots(['momentum'], parameters);
    return {
      slots,
      apply(gradients, learningRate) {
        for (const [name, weight] of parameters.all) {
          const velocity = slots.get(`momentum/${name}`) as Variable;
          const gradient = gradients[name] as Tensor;
          const adapted = !(excludeVectors && weight.rank < 2);
          const update = adapted
            ? mul(add(gradient, mul(weight, weightDecay)), localRate(weight, gradient, trust, weightDecay))
            : gradient;
          velocity.assign(add(mul(velocity, momentum), mul(update, learningRate)));
          weight.assign(sub(weight, velocity));
        }
      },
    };
  },
};

/** η‖w‖ / (‖g‖ + β‖w‖); 1 where either length is 0: a layer of zeros could never leave them. */
function localRate(weight: Tensor, gradient: Tensor, trust: number, weightDecay: number): Tensor {
  const [size, slope] = [norm(weight), norm(gradient)];
  const both = logicalAnd(greater(size, 0), greater(slope, 0));
  const one = onesLike(size);
  const rate = div(mul(size, trust), where(both, add(slope, mul(size, weightDecay)), one));
  return where(both, rate, one);
}

function norm(tensor: Tensor): Tensor {
  return sqrt(sum(square(tensor)));
}
