/** A small convolutional encoder: 3 × 3 kernels with stride 2, rectified. */
import { z } from 'zod';
import { add, conv2d, mean, relu, reshape, type Tensor2D, type Tensor4D } from '#engine/tf.ts';
import type { ImageEncoder, ImageShape } from '../definition.ts';

const params = z.strictObject({
  channels: z.int().min(4).max(512).default(16).meta({
    title: 'Channels',
    description: 'Channels of the first stage; every further stage doubles them.',
    unit: 'channels',
    scale: 'log',
  }),
  stages: z.int().min(1).max(5).default(4).meta({
    title: 'Stages',
    description: 'Convolutions, each of which halves height and width.',
  }),
  pooling: z.enum(['mean', 'none']).default('none').meta({
    title: 'Pooling',
    description: 'Features are the mean over places of the last stage, or its values at every place.',
  }),
});

export const convEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'conv',
  title: 'Small convolutional network',
  help: 'Strided 3 × 3 convolutions with rectified units; no normalisation, so a feature depends on its image alone.',
  studies: ['contrastive'],
  params,
  build({ channels, stages, pooling }, shape, parameters) {
    const widths = Array.from({ length: stages }, (_, stage) => channels * 2 ** stage);
    const layers = widths.map((width, stage) => {
      const from = stage === 0 ? shape.channels : (widths[stage - 1] as number);
      const name = `encoder/conv${stage + 1}`;
      return {
        kernel: parameters.normal(`${name}/kernel`, [3, 3, from, width], Math.sqrt(2 / (9 * from))),
        bias: parameters.constant(`${name}/bias`, [width], 0),
      };
    });
    const last = widths[stages - 1] as number;
    const width = pooling === 'mean' ? last : last * placesAfter(stages, shape);
    return {
      width,
      apply(images) {
        let maps: Tensor4D = images;
        for (const { kernel, bias } of layers) {
          maps = relu(add(conv2d(maps, kernel as unknown as Tensor4D, 2, 'same'), bias) as Tensor4D);
        }
        return (pooling === 'mean' ? mean(maps, [1, 2]) : reshape(maps, [-1, width])) as Tensor2D;
      },
    };
  },
};

function placesAfter(stages: number, shape: ImageShape): number {
  let { height, width } = shape;
  for (let stage = 0; stage < stages; stage++) {
    height = Math.ceil(height / 2);
    width = Math.ceil(width / 2);
  }
  return height * width;
}
