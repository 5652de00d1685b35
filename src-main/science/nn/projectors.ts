/** What stands between features and loss: a perceptron with batch statistics, or nothing. */
import { z } from 'zod';
import type { Parameters } from '#engine/parameters.ts';
import { add, mean, mul, relu, rsqrt, square, sub, type Tensor2D } from '#engine/tf.ts';
import type { Projector } from '../definition.ts';
import { dense } from './dense.ts';

const mlpParams = z.strictObject({
  hidden: z.int().min(2).max(8192).default(256).meta({
    title: 'Hidden units',
    description: 'Units of the hidden layer.',
    unit: 'units',
    scale: 'log',
  }),
  width: z.int().min(2).max(4096).default(64).meta({
    title: 'Projection',
    description: 'Numbers that the loss sees: k of the spectral embedding.',
    unit: 'features',
    scale: 'log',
  }),
  batchNorm: z.boolean().default(true).meta({
    title: 'Batch normalisation',
    description: 'Normalise the hidden layer by the statistics of the batch.',
  }),
});

export const mlpProjector: Projector<typeof mlpParams> = {
  kind: 'projector',
  id: 'mlp',
  title: 'Perceptron',
  help: 'One hidden layer with rectified units. The loss sees its output; probes see the features before it.',
  reference: 'Chen, Kornblith, Norouzi and Hinton 2020, arXiv 2002.05709, section 4.2',
  studies: ['contrastive'],
  params: mlpParams,
  build({ hidden, width, batchNorm }, inputWidth, parameters) {
    const first = dense('projector/hidden', inputWidth, hidden, 2, parameters);
    const normalise = batchNorm ? batchNormalisation('projector/norm', hidden, parameters) : identity;
    const second = dense('projector/output', hidden, width, 1, parameters);
    return { width, apply: (features) => second(relu(normalise(first(features)))) };
  },
};

const noParams = z.strictObject({});

export const noProjector: Projector<typeof noParams> = {
  kind: 'projector',
  id: 'none',
  title: 'None',
  help: 'The loss sees the features themselves, as the theory of the spectral loss does.',
  studies: ['contrastive'],
  params: noParams,
  build: (_params, inputWidth) => ({ width: inputWidth, apply: identity }),
};

const identity = (features: Tensor2D): Tensor2D => features;

/**
 * Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167) by the batch at hand. A projector is
 * thrown away after training, so no running statistics are kept.
 */
function batchNormalisation(
  name: string,
  width: number,
  parameters: Parameters,
): (input: Tensor2D) => Tensor2D {
  const gain = parameters.constant(`${name}/gain`, [width], 1);
  const bias = parameters.constant(`${name}/bias`, [width], 0);
  return (input) => {
    const centred = sub(input, mean(input, 0, true));
    const scale = rsqrt(add(mean(square(centred), 0, true), 1e-5));
    return add(mul(mul(centred, scale), gain), bias);
  };
}
