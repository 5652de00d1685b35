/** Separable Gaussian blur of radius 2, rows then columns; what it reaches beyond the edge is black. */
import {
  matMul,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
} from '#engine/tf.ts';
import type { ImageShape } from '../definition.ts';

/** Weights of a pixel, of its next neighbours, and of those behind them. */
export type Taps = readonly [centre: number, near: number, far: number];

/** `sigma` in pixels; 0 leaves an image as it is. */
export function gaussianTaps(sigma: number): Taps {
  const near = Math.exp(-1 / (2 * sigma * sigma));
  const far = Math.exp(-4 / (2 * sigma * sigma));
  const total = 1 + 2 * near + 2 * far;
  return [1 / total, near / total, far / total];
}

/**
 * `images` [count, height, width, channels], `taps` [count, 3]. Both directions are products with matrices of
 * an image's own, which is faster than sums of shifted images.
 */
export function blur(images: Tensor4D, taps: Tensor2D): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const lines = reshape(images, [count, height, width * channels]) as Tensor3D;
  const down = bandMatrices(taps, height, 1);
  const across = height === width * channels ? down : bandMatrices(taps, width * channels, channels);
  return reshape(matMul(matMul(down, lines), across), images.shape);
}

/** Smoothing along a line of `size` numbers whose neighbours lie `stride` apart: [count, size, size], symmetric. */
function bandMatrices(taps: Tensor2D, size: number, stride: number): Tensor {
  const bands = new Float32Array(3 * size * size);
  for (let distance = 0; distance < 3; distance++) {
    for (let i = 0; i + distance * stride < size; i++) {
      const j = i + distance * stride;
      bands[(distance * size + i) * size + j] = 1;
      bands[(distance * size + j) * size + i] = 1;
    }
  }
  return reshape(matMul(taps, tensor2d(bands, [3, size * size])), [-1, size, size]);
}

/** One image in place, in JavaScript. */
export function plainBlur(view: Float32Array, { height, width, channels }: ImageShape, taps: Taps): void {
  // Most views are sharp.
  if (taps[1] === 0) return;
  const between = new Float32Array(view.length);
  smooth(view, between, width * channels, height, taps);
  smooth(between, view, channels, width, taps);
}

/** One direction: neighbours lie `stride` apart, `length` of them in a line. */
function smooth(
  from: Float32Array,
  to: Float32Array,
  stride: number,
  length: number,
  [centre, near, far]: Taps,
): void {
  const last = length - 1;
  for (let at = 0; at < from.length; at++) {
    const place = Math.floor(at / stride) % length;
    let value = centre * (from[at] as number);
    if (place > 0) value += near * (from[at - stride] as number);
    if (place < last) value += near * (from[at + stride] as number);
    if (place > 1) value += far * (from[at - 2 * stride] as number);
    if (place < last - 1) value += far * (from[at + 2 * stride] as number);
    to[at] = value;
  }
}
