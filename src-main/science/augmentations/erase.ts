/** Random erasing (Zhong et al. 2020): a rectangle of whole pixels becomes black. */
import {
  cast,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  range,
  reshape,
  split,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '#engine/tf.ts';
import type { ImageShape } from '../definition.ts';
import type { Rectangle } from './rectangle.ts';

/** First row, row behind the last, first column, column behind the last. */
export type Hole = readonly [top: number, bottom: number, left: number, right: number];

export const nothing: Hole = [0, 0, 0, 0];

export function holeOf({ height, width }: ImageShape, hole: Rectangle): Hole {
  return [
    Math.round(hole.top),
    Math.min(height, Math.round(hole.top + hole.height)),
    Math.round(hole.left),
    Math.min(width, Math.round(hole.left + hole.width)),
  ];
}

/** `images` [count, height, width, channels], `holes` [count, 4]. */
export function erase(images: Tensor4D, holes: Tensor2D): Tensor4D {
  const [count, height, width] = images.shape;
  const [top, bottom, left, right] = split(holes, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const rows = reshape(within(height, top, bottom), [count, height, 1, 1]);
  const columns = reshape(within(width, left, right), [count, 1, width, 1]);
  return mul(images, sub(1, mul(rows, columns)));
}

/** 1 where from ≤ place < to, else 0: [count, size] for bounds [count, 1]. */
function within(size: number, from: Tensor, to: Tensor): Tensor {
  const places = range(0, size);
  return cast(logicalAnd(greaterEqual(places, from), less(places, to)), 'float32');
}

/** One image in place, in JavaScript. */
export function plainErase(view: Float32Array, { width, channels }: ImageShape, hole: Hole): void {
  const [top, bottom, left, right] = hole;
  for (let row = top; row < bottom; row++) {
    view.fill(0, (row * width + left) * channels, (row * width + right) * channels);
  }
}
