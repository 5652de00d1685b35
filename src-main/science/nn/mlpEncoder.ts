/** A multilayer perceptron on flattened pixels. */
import { z } from 'zod';
import { relu, reshape, type Tensor2D } from '#engine/tf.ts';
import type { ImageEncoder } from '../definition.ts';
import { dense } from './dense.ts';

const params = z.strictObject({
  hidden: z.int().min(8).max(8192).default(512).meta({
    title: 'Hidden units',
    description: 'Units of each hidden layer.',
    unit: 'units',
    scale: 'log',
  }),
  layers: z.int().min(1).max(8).default(2).meta({
    title: 'Hidden layers',
    description: 'Layers before the features.',
  }),
  width: z.int().min(2).max(4096).default(128).meta({
    title: 'Features',
    description: 'Numbers that describe an image, on which probes are trained.',
    unit: 'features',
    scale: 'log',
  }),
});

export const mlpEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'mlp',
  title: 'Multilayer perceptron',
  help: 'Dense layers with rectified units on the flattened pixels.',
  studies: ['contrastive'],
  params,
  build({ hidden, layers, width }, shape, parameters) {
    const pixels = shape.height * shape.width * shape.channels;
    const sizes = [pixels, ...Array.from({ length: layers }, () => hidden), width];
    const stack = sizes
      .slice(1)
      .map((to, i) => dense(`encoder/dense${i + 1}`, sizes[i] as number, to, 2, parameters));
    return {
      width,
      apply(images) {
        let features = reshape(images, [-1, pixels]) as Tensor2D;
        for (const layer of stack) features = relu(layer(features));
        return features;
      },
    };
  },
};
