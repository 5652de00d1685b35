/** One free vector for each vertex of a finite population: what the theory's minimisers range over. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { gather, type Tensor2D } from '#engine/tf.ts';
import type { ImageEncoder } from '../definition.ts';

const params = z.strictObject({
  width: z.int().min(1).max(4096).default(8).meta({
    title: 'Features',
    description: 'Numbers of each vector: k of the spectral embedding, where there is no projector.',
    unit: 'features',
    scale: 'log',
  }),
  deviation: z.number().positive().max(10).default(0.1).meta({
    title: 'Initial deviation',
    description: 'Standard deviation of the numbers at first.',
    scale: 'log',
  }),
});

export const tableEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'table',
  title: 'Table of vectors',
  help: 'Each vertex of a graph has a vector of its own, which may be anything; it does not look at inputs.',
  studies: ['contrastive'],
  params,
  build({ width, deviation }, { vertices }, parameters) {
    if (vertices === undefined) {
      const why = 'a table has one vector for each vertex, and the data are images';
      throw new BasinError(
        'bad-input',
        `Setting encoder.id: ${why}. Take another encoder, or a graph as data.`,
        'encoder.id',
      );
    }
    const table = parameters.normal('encoder/table', [vertices, width], deviation);
    return {
      width,
      cost: { products: 0, activations: width },
      apply(_images, chosen) {
        if (!chosen) throw new Error('A table is applied to vertices.');
        return gather(table as unknown as Tensor2D, chosen);
      },
    };
  },
};
