/** A small convolutional encoder: 3 × 3 kernels with stride 2, rectified. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { mean, relu, reshape, type Tensor2D } from '#engine/tf.ts';
import type { ImageEncoder, ImageShape } from '../definition.ts';
import { convolution, type MapLayer } from './convolution.ts';
import { totalCost } from './viewCost.ts';

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

/** Features that probes can still be asked of: their covariance has the square of it. */
const widest = 4096;

export const convEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'conv',
  title: 'Small convolutional network',
  help: 'Strided 3 × 3 convolutions with rectified units; no normalisation, so a feature depends on its image alone.',
  studies: ['contrastive'],
  params,
  build({ channels, stages, pooling }, shape: ImageShape, parameters) {
    const layers: MapLayer[] = [];
    let maps = shape;
    for (let stage = 0; stage < stages; stage++) {
      const to = channels * 2 ** stage;
      const settings = { side: 3, to, stride: 2, bias: true };
      const layer = convolution(`encoder/conv${stage + 1}`, maps, settings, parameters);
      layers.push(layer);
      maps = layer.shape;
    }
    const width = pooling === 'mean' ? maps.channels : maps.channels * maps.height * maps.width;
    if (pooling === 'none' && width > widest) throw tooWide(shape, width);
    return {
      width,
      cost: totalCost(layers.map(({ cost }) => cost)),
      apply(images) {
        const last = layers.reduce((x, layer) => relu(layer.apply(x)), images);
        return (pooling === 'mean' ? mean(last, [1, 2]) : reshape(last, [-1, width])) as Tensor2D;
      },
    };
  },
};

function tooWide({ height, width: wide }: ImageShape, width: number): BasinError {
  const why = `at every place of images of ${height} × ${wide} pixels they are ${width} features, and ${widest} are the most`;
  return new BasinError(
    'bad-input',
    `Setting encoder.pooling: ${why}. Take mean, more stages, fewer channels or smaller images.`,
    'encoder.pooling',
  );
}
