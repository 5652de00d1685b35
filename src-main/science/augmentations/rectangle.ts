/** Random rectangles inside an image. */

import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import type { ImageShape } from '../definition.ts';

/** Shares of an image's area that random crops keep. */
export function cropScales(least: number) {
  return {
    minScale: z.number().min(0.05).max(1).default(least).meta({
      title: 'Smallest crop',
      description: "Least share of the image's area that a crop keeps.",
    }),
    maxScale: z.number().min(0.05).max(1).default(1).meta({
      title: 'Largest crop',
      description: "Largest share of the image's area that a crop keeps.",
    }),
  };
}

export function scalesInOrder({ minScale, maxScale }: { minScale: number; maxScale: number }): boolean {
  return minScale <= maxScale;
}
export const scalesFault = { path: ['maxScale'], error: 'it must be at least minScale' };

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
