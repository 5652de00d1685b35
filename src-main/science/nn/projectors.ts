/** What stands between features and loss: a perceptron with batch statistics, or nothing. */
import { z } from 'zod';
import { relu, type Tensor2D } from '#engine/tf.ts';
import type { Projector } from '../definition.ts';
import { batchNormalisation } from './batchNormalisation.ts';
import { dense } from './dense.ts';

const mlpParams = z.strictObject({
  hidden: z.int().min(2).max(8192).default(256).meta({
    title: 'Hidden units',
    description: 'Units of each hidden layer.',
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
    description: 'Normalise hidden layers by the statistics of the batch.',
  }),
  layers: z.int().min(1).max(4).default(2).meta({
    title: 'Layers',
    description: 'Dense layers, the output among them: three in SimSiam on large images, else two.',
  }),
  outputNorm: z.boolean().default(false).meta({
    title: 'Normalised output',
    description: 'Batch normalisation of the projections too, as SimSiam and the spectral loss have it.',
  }),
});

export const mlpProjector: Projector<typeof mlpParams> = {
  kind: 'projector',
  id: 'mlp',
  title: 'Perceptron',
  help: 'Hidden layers with rectified units. The loss sees its output; probes see the features before it.',
  reference: 'Chen, Kornblith, Norouzi and Hinton 2020, arXiv 2002.05709, section 4.2',
  studies: ['contrastive'],
  params: mlpParams,
  build({ hidden, width, batchNorm, layers, outputNorm }, inputWidth, parameters) {
    const norm = (name: string, size: number) => batchNormalisation(name, size, parameters);
    const stages = Array.from({ length: layers - 1 }, (_, layer) => {
      const place = layer === 0 ? '' : String(layer + 1);
      const from = layer === 0 ? inputWidth : hidden;
      const linear = dense(`projector/hidden${place}`, from, hidden, 2, parameters);
      const normalise = batchNorm ? norm(`projector/norm${place}`, hidden) : identity;
      return (input: Tensor2D) => relu(normalise(linear(input)));
    });
    const last = dense('projector/output', layers === 1 ? inputWidth : hidden, width, 1, parameters);
    const normalised = outputNorm ? norm('projector/output_norm', width) : identity;
    return {
      width,
      apply: (features) => normalised(last(stages.reduce((x, stage) => stage(x), features))),
    };
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
