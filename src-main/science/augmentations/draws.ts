/** What was drawn for the views of a batch, view by view. */
import type { Draws, ImageShape } from '../definition.ts';

/** Rows of numbers for each of `count` views, by name, drawn one view after another. */
export function packedDraws(
  count: number,
  drawView: (view: number) => Readonly<Record<string, readonly number[]>>,
): Draws {
  const rows = Array.from({ length: count }, (_, view) => drawView(view));
  return Object.fromEntries(
    Object.entries(rows[0] ?? {}).map(([name, { length }]) => {
      const data = new Float32Array(count * length);
      for (const [view, row] of rows.entries()) data.set(row[name] as readonly number[], view * length);
      return [name, { shape: [count, length], data }];
    }),
  );
}

export function drawOf(draws: Draws, name: string, view: number): number[] {
  const { shape, data } = draws[name] as Draws[string];
  const length = shape[1] as number;
  return [...data.subarray(view * length, (view + 1) * length)];
}

/** Views of [count] images, each made by `change` from its own; `view` starts as zeros. */
export function eachView(
  images: Float32Array,
  { height, width, channels }: ImageShape,
  change: (image: Float32Array, view: Float32Array, at: number) => void,
): Float32Array {
  const size = height * width * channels;
  const views = new Float32Array(images.length);
  for (let at = 0; at * size < images.length; at++) {
    const [from, to] = [at * size, (at + 1) * size];
    change(images.subarray(from, to), views.subarray(from, to), at);
  }
  return views;
}
