/** A small residual network for small images: He et al. 2016 with their stem for CIFAR and group normalisation. */
import { z } from 'zod';
import type { Parameters } from '#engine/parameters.ts';
import { add, mean, relu, type Tensor2D, type Tensor4D } from '#engine/tf.ts';
import type { ImageEncoder, ImageShape } from '../definition.ts';
import { convolution, type MapLayer } from './convolution.ts';
import { groupNorm } from './groupNorm.ts';
import { totalCost } from './viewCost.ts';

const params = z
  .strictObject({
    channels: z.int().min(4).max(512).default(16).meta({
      title: 'Channels',
      description: 'Channels of the first stage; every further stage doubles them and halves the sides.',
      unit: 'channels',
      scale: 'log',
    }),
    stages: z.int().min(1).max(5).default(3).meta({
      title: 'Stages',
      description: 'Groups of blocks on maps of one size.',
    }),
    blocks: z.int().min(1).max(32).default(1).meta({
      title: 'Blocks a stage',
      description: 'Residual blocks of two convolutions: with 3 stages, 3 blocks make a ResNet-20.',
    }),
    stemStride: z.int().min(1).max(4).default(1).meta({
      title: 'Stride of the stem',
      description: '1 keeps the size of small images; 2 makes the whole network about four times as fast.',
      unit: 'pixels',
    }),
    groupSize: z.int().min(1).max(512).default(8).meta({
      title: 'Group',
      description: 'Neighbouring channels that are normalised together; it divides the channels.',
      unit: 'channels',
      scale: 'log',
    }),
  })
  .refine(({ channels, groupSize }) => channels % groupSize === 0, {
    path: ['groupSize'],
    error: 'it must divide the channels',
  });

export const resnetEncoder: ImageEncoder<typeof params> = {
  kind: 'encoder',
  id: 'resnet',
  title: 'Residual network',
  help: 'Blocks of two 3 × 3 convolutions with a shortcut, group normalisation in place of batch statistics, so that a feature depends on its image alone; features are means over places.',
  reference: 'He, Zhang, Ren and Sun 2016, arXiv 1512.03385, section 4.2; Wu and He 2018, arXiv 1803.08494',
  studies: ['contrastive'],
  params,
  build({ channels, stages, blocks, stemStride, groupSize }, shape, parameters) {
    const stem = normalised(
      'encoder/stem',
      shape,
      { to: channels, stride: stemStride, groupSize },
      parameters,
    );
    const layers: MapLayer[] = [stem];
    let maps = stem.shape;
    for (let stage = 0; stage < stages; stage++) {
      for (let block = 0; block < blocks; block++) {
        const name = `encoder/stage${stage + 1}/block${block + 1}`;
        const stride = stage > 0 && block === 0 ? 2 : 1;
        const layer = residual(name, maps, { to: channels * 2 ** stage, stride, groupSize }, parameters);
        layers.push(layer);
        maps = layer.shape;
      }
    }
    return {
      width: maps.channels,
      cost: totalCost(layers.map(({ cost }) => cost)),
      apply: (images) => {
        const [first, ...others] = layers as [MapLayer, ...MapLayer[]];
        const last = others.reduce((x, layer) => layer.apply(x), relu(first.apply(images)));
        return mean(last, [1, 2]) as Tensor2D;
      },
    };
  },
};

interface Stage {
  readonly to: number;
  readonly stride: number;
  readonly groupSize: number;
}

/** relu(x + norm(conv(relu(norm(conv(x)))))); the shortcut is a 1 × 1 convolution where the shape changes. */
function residual(name: string, from: ImageShape, stage: Stage, parameters: Parameters): MapLayer {
  const first = normalised(`${name}/first`, from, stage, parameters);
  const second = normalised(`${name}/second`, first.shape, { ...stage, stride: 1 }, parameters);
  const changes = stage.stride !== 1 || stage.to !== from.channels;
  const shortcut = changes ? normalised(`${name}/shortcut`, from, stage, parameters, 1) : undefined;
  return {
    shape: second.shape,
    cost: totalCost([first, second, ...(shortcut ? [shortcut] : [])].map(({ cost }) => cost)),
    apply: (x) => relu(add<Tensor4D>(second.apply(relu(first.apply(x))), shortcut ? shortcut.apply(x) : x)),
  };
}

/** A convolution, 3 × 3 where nothing else is said, and the normalisation behind it. */
function normalised(
  name: string,
  from: ImageShape,
  { to, stride, groupSize }: Stage,
  parameters: Parameters,
  side = 3,
): MapLayer {
  const { shape, cost, apply } = convolution(name, from, { side, to, stride, bias: false }, parameters);
  const norm = groupNorm(`${name}/norm`, to, groupSize, parameters);
  return {
    shape,
    cost: { ...cost, activations: 2 * cost.activations },
    apply: (maps: Tensor4D) => norm(apply(maps)),
  };
}
