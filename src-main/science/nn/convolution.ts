/** A convolutional layer, initialised for rectified units (He et al. 2015, arXiv 1502.01852), and what it costs. */
import type { Parameters } from '#engine/parameters.ts';
import { add, conv2d, type Tensor4D } from '#engine/tf.ts';
import type { ImageShape, ViewCost } from '../definition.ts';

export interface ConvolutionSettings {
  /** Side of the square kernels, pixels. */
  readonly side: number;
  /** Channels of its maps. */
  readonly to: number;
  readonly stride: number;
  /** Left out where a normalisation follows, which would take a bias off again. */
  readonly bias: boolean;
}

/** Maps [batch, height, width, channels] → maps of another shape. */
export interface MapLayer {
  /** Of what it puts out. */
  readonly shape: ImageShape;
  readonly cost: ViewCost;
  apply(maps: Tensor4D): Tensor4D;
}

/** With zeros around the maps, so that a stride of s leaves ⌈height / s⌉ × ⌈width / s⌉ places. */
export function convolution(
  name: string,
  { height, width, channels: from }: ImageShape,
  { side, to, stride, bias }: ConvolutionSettings,
  parameters: Parameters,
): MapLayer {
  const fanIn = side * side * from;
  const kernel = parameters.normal(`${name}/kernel`, [side, side, from, to], Math.sqrt(2 / fanIn));
  const offset = bias ? parameters.constant(`${name}/bias`, [to], 0) : undefined;
  const shape = { height: Math.ceil(height / stride), width: Math.ceil(width / stride), channels: to };
  const activations = shape.height * shape.width * to;
  return {
    shape,
    cost: { products: fanIn * activations, activations },
    apply(maps) {
      const applied = conv2d(maps, kernel as unknown as Tensor4D, stride, 'same');
      return offset ? (add(applied, offset) as Tensor4D) : applied;
    },
  };
}
