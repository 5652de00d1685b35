/** Fixed changes of grey images that make another domain of them: what a digit means stays as it was. */
import { stream } from '#engine/random.ts';
import { gaussianTaps, plainBlur } from '../augmentations/blur.ts';
import { cropMap, plainWarp } from '../augmentations/warp.ts';
import type { ImageShape } from '../definition.ts';

/** Of image `index` of its set, in [0, 1]. */
export type Change = (image: Float32Array, index: number) => Float32Array;

export const inverted: Change = (image) => image.map((value) => 1 - value);

/** Clockwise about the centre, with what turns in from outside black. */
export function rotated(degrees: number, shape: ImageShape): Change {
  const whole = { left: 0, top: 0, width: shape.width, height: shape.height };
  const map = cropMap(shape, whole, (degrees * Math.PI) / 180);
  return (image) => {
    const turned = new Float32Array(image.length);
    plainWarp(image, turned, shape, map);
    return turned;
  };
}

/** Normal noise of standard deviation `sigma` on every pixel, cut off at black and white; drawn once an image. */
export function noised(sigma: number, name: string): Change {
  return (image, index) => {
    const random = stream(0, name, index);
    return image.map((value) => Math.min(1, Math.max(0, value + sigma * random.normal())));
  };
}

/** Gaussian of standard deviation `sigma` pixels, by several of at most one pixel: their squares add up. */
export function blurred(sigma: number, shape: ImageShape): Change {
  const times = Math.ceil(sigma * sigma);
  const taps = gaussianTaps(sigma / Math.sqrt(times));
  return (image) => {
    const soft = image.slice();
    for (let i = 0; i < times; i++) plainBlur(soft, shape, taps);
    return soft;
  };
}

/** Every image of `pixels` [count, height, width, channels] changed; bytes again. */
export function changed(pixels: Uint8Array, shape: ImageShape, change: Change): Uint8Array {
  const size = shape.height * shape.width * shape.channels;
  const result = new Uint8Array(pixels.length);
  for (let start = 0; start < pixels.length; start += size) {
    const image = Float32Array.from(pixels.subarray(start, start + size), (value) => value / 255);
    const after = change(image, start / size);
    for (let i = 0; i < size; i++) result[start + i] = Math.round(255 * (after[i] as number));
  }
  return result;
}
