/** A small convolutional encoder: 3 × 3 kernels with stride 2, rectified, then the mean over places. */
import { z } from 'zod';
import { add, conv2d, mean, relu, type Tensor2D, type Tensor4D } from '#engine/tf.ts';
import type { ImageEncoder } from '../definition.ts';

const params = z.strictObject({
  channels: z.int().min(4).max(512).default(32).meta({
    title: 'Channels',
    description: 'Channels of the first stage; every further stage doubles them.',
    unit: 'channels',
    scale: 'log',
  }),
  stages: z.int().min(1).max(5).default(3).meta({
    title: 'Stages',
    description: 'Convolutions, each of which halves height and width.',
  }),
});

export const convEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'conv',
  title: 'Small convolutional network',
  help: 'Strided 3 × 3 convolutions with rectified units and a mean over places; no normalisation, so a feature depends on its image alone.',
  studies: ['contrastive'],
  params,
  build({ channels, stages }, shape, parameters) {
    const widths = Array.from({ length: stages }, (_, stage) => channels * 2 ** stage);
    const layers = widths.map((width, stage) => {
      const from = stage === 0 ? shape.channels : (widths[stage - 1] as number);
      const name = `encoder/conv${stage + 1}`;
      return {
        kernel: parameters.normal(`${name}/kernel`, [3, 3, from, width], Math.sqrt(2 / (9 * from))),
        bias: parameters.constant(`${name}/bias`, [width], 0),
      };
    });
    return {
      width: widths[stages - 1] as number,
      apply(images) {
        let maps: Tensor4D = images;
        for (const { kernel, bias } of layers) {
          maps = relu(add(conv2d(maps, kernel as unknown as Tensor4D, 2, 'same'), bias) as Tensor4D);
        }
        return mean(maps, [1, 2]) as Tensor2D;
      },
    };
  },
};
