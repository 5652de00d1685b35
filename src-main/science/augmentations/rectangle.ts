/** Random rectangles inside an image. */
import type { Stream } from '#engine/random.ts';
import type { ImageShape } from '../definition.ts';

/** In pixels; sides need not be whole numbers. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Area uniform between shares of the image, place uniform inside, aspect ratio (against the image's own)
 * log-uniform between `aspect` and its inverse as far as the area leaves room: the whole image has but one
 * shape.
 */
export function drawRectangle(
  { height, width }: ImageShape,
  least: number,
  most: number,
  aspect: number,
  random: Stream,
): Rectangle {
  const area = least + (most - least) * random.uniform();
  const ratio = Math.exp((2 * random.uniform() - 1) * Math.log(Math.max(aspect, area)));
  const tall = Math.sqrt(area / ratio) * height;
  const wide = Math.sqrt(area * ratio) * width;
  return {
    height: tall,
    width: wide,
    top: random.uniform() * (height - tall),
    left: random.uniform() * (width - wide),
  };
}
