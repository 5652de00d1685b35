/** Group normalisation (Wu and He 2018, arXiv 1803.08494): a batch's other images change nothing. */
import type { Parameters } from '#engine/parameters.ts';
import { add, mean, mul, reshape, rsqrt, square, sub, type Tensor4D } from '#engine/tf.ts';

/** As the paper has it. */
const epsilon = 1e-5;

/**
 * Maps [batch, height, width, channels]: over all places and over `groupSize` neighbouring channels each image
 * gets mean 0 and variance 1, then each channel a gain and an offset. `groupSize` divides the channels.
 */
export function groupNorm(
  name: string,
  channels: number,
  groupSize: number,
  parameters: Parameters,
): (maps: Tensor4D) => Tensor4D {
  const gain = parameters.constant(`${name}/gain`, [channels], 1);
  const offset = parameters.constant(`${name}/offset`, [channels], 0);
  return (maps) => {
    const [batch, height, width] = maps.shape;
    const grouped = reshape(maps, [batch, height * width, channels / groupSize, groupSize]);
    const centred = sub(grouped, mean(grouped, [1, 3], true));
    const scale = rsqrt(add(mean(square(centred), [1, 3], true), epsilon));
    return add(mul(reshape(mul(centred, scale), maps.shape), gain), offset);
  };
}
