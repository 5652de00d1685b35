/** A turned crop, brought to the image's size: bilinear samples, black outside the image. */
import { image, type Tensor2D, type Tensor4D } from '#engine/tf.ts';
import type { ImageShape } from '../definition.ts';
import type { Rectangle } from './rectangle.ts';

/**
 * Where the view's pixel (x, y) is read: at (a₀x + a₁y + a₂, b₀x + b₁y + b₂), as the row
 * [a₀, a₁, a₂, b₀, b₁, b₂, 0, 0]. Whole numbers are centres of pixels; the angle is in radians.
 */
export function cropMap({ height, width }: ImageShape, crop: Rectangle, angle: number): number[] {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const rowScale = crop.height / height;
  const columnScale = crop.width / width;
  // Pixel i covers [i, i + 1), its centre is i + ½; what is turned is seen from the crop's centre.
  const u = (0.5 - width / 2) * columnScale;
  const v = (0.5 - height / 2) * rowScale;
  const column = crop.left + crop.width / 2 - 0.5 + cos * u + sin * v;
  const row = crop.top + crop.height / 2 - 0.5 - sin * u + cos * v;
  return [cos * columnScale, sin * rowScale, column, -sin * columnScale, cos * rowScale, row, 0, 0];
}

/** The same view mirrored, left and right exchanged. */
export function flippedMap(map: readonly number[], { width }: ImageShape): number[] {
  const [a0, a1, a2, b0, b1, b2] = map as [number, number, number, number, number, number];
  return [-a0, a1, a2 + a0 * (width - 1), -b0, b1, b2 + b0 * (width - 1), 0, 0];
}

/** `images` [count, height, width, channels], `maps` [count, 8]. */
export function warp(images: Tensor4D, maps: Tensor2D): Tensor4D {
  return image.transform(images, maps, 'bilinear');
}

/** One image, in JavaScript. */
export function plainWarp(
  source: Float32Array,
  view: Float32Array,
  { height, width, channels }: ImageShape,
  map: readonly number[],
): void {
  const [a0, a1, a2, b0, b1, b2] = map as [number, number, number, number, number, number];
  // A black pixel on every side: four samples then stand around every place that sees the image.
  const stride = (width + 2) * channels;
  const padded = new Float32Array((height + 2) * stride);
  for (let row = 0; row < height; row++) {
    const line = source.subarray(row * width * channels, (row + 1) * width * channels);
    padded.set(line, (row + 1) * stride + channels);
  }
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = a0 * x + a1 * y + a2 + 1;
      const row = b0 * x + b1 * y + b2 + 1;
      if (column <= 0 || row <= 0 || column >= width + 1 || row >= height + 1) {
        for (let k = 0; k < channels; k++) view[at++] = 0;
        continue;
      }
      const left = Math.floor(column);
      const top = Math.floor(row);
      const right = column - left;
      const down = row - top;
      const first = top * stride + left * channels;
      for (let k = first; k < first + channels; k++) {
        const upper = (1 - right) * (padded[k] as number) + right * (padded[k + channels] as number);
        const below = k + stride;
        const lower = (1 - right) * (padded[below] as number) + right * (padded[below + channels] as number);
        view[at++] = (1 - down) * upper + down * lower;
      }
    }
  }
}
