/** A small vision transformer (Dosovitskiy et al. 2021, arXiv 2010.11929) whose features are means over patches. */
import { z } from 'zod';
import { add, mean, type Rank, reshape, type Tensor2D, type Tensor4D, zeros } from '#engine/tf.ts';
import type { ImageEncoder } from '../definition.ts';
import { convolution } from './convolution.ts';
import { layerNorm } from './layerNorm.ts';
import { block, gain, transformer } from './transformer.ts';

const { width, heads, feedForward } = transformer.params.shape;

const params = z
  .strictObject({
    patch: z.int().min(2).max(64).default(7).meta({
      title: 'Patch',
      description: 'Side of the square patches; where they do not fill an image, zeros stand around it.',
      unit: 'pixels',
    }),
    layers: z.int().min(1).max(24).default(4).meta({
      title: 'Layers',
      description: 'Blocks of attention and feed-forward network.',
    }),
    width: width.default(64).meta({
      title: 'Width',
      description: 'Numbers in a patch’s embedding, and features of an image.',
      scale: 'log',
    }),
    heads,
    feedForward: feedForward.default(128),
  })
  .refine((chosen) => chosen.width % chosen.heads === 0, {
    path: ['heads'],
    error: 'it must divide the width',
  });

export const vitEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'vit',
  title: 'Vision transformer',
  help: 'Patches as tokens of a transformer with layer normalisation before each part and learned positions; features are the mean over patches.',
  reference:
    'Dosovitskiy et al. 2021, arXiv 2010.11929; averaged patches as in Beyer, Zhai and Kolesnikov 2022, arXiv 2205.01580',
  studies: ['contrastive'],
  params,
  build(chosen, shape, parameters) {
    const { patch, width: embedded, layers, heads: headCount, feedForward: hidden } = chosen;
    const embedding = convolution(
      'encoder/patches',
      shape,
      { side: patch, to: embedded, stride: patch, bias: true },
      parameters,
    );
    const tokens = embedding.shape.height * embedding.shape.width;
    const deviation = Math.sqrt(gain / embedded);
    const positions = parameters.normal('encoder/positions', [tokens, embedded], deviation);
    const blocks = Array.from({ length: layers }, (_, layer) =>
      block(`encoder/block${layer}`, chosen, parameters),
    );
    const norm = layerNorm('encoder/norm', embedded, parameters);
    return {
      width: embedded,
      cost: {
        products:
          embedding.cost.products +
          layers * tokens * (4 * embedded ** 2 + 2 * embedded * hidden + 2 * tokens * embedded),
        // A block's: two norms, query, key, value, what was read, two sums; hidden units twice; scores and weights.
        activations:
          embedding.cost.activations + layers * tokens * (8 * embedded + 2 * hidden + 2 * headCount * tokens),
      },
      apply(images: Tensor4D) {
        const [batch] = images.shape;
        const patches = reshape(embedding.apply(images), [batch, tokens, embedded]);
        // No patch is padding.
        const bias = zeros<Rank.R4>([batch, 1, 1, tokens]);
        let x = reshape(add(patches, positions), [batch * tokens, embedded]) as Tensor2D;
        for (const apply of blocks) x = apply(x, x, bias);
        return mean(reshape(norm(x), [batch, tokens, embedded]), 1) as Tensor2D;
      },
    };
  },
};
