/**
 * Random colours: brightness, contrast, and a linear map of red, green and blue that turns hues and takes or adds
 * saturation (the matrices of W3C's Filter Effects Module, feColorMatrix), cut off at black and white after each.
 */
import {
  add,
  clipByValue,
  matMul,
  mean,
  mul,
  reshape,
  split,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
} from '#engine/tf.ts';
import type { ImageShape } from '../definition.ts';

/** Luminance of red, green and blue, as those matrices have it. */
const luminance = [0.213, 0.715, 0.072] as const;

/** Brightness and contrast, 1 as it was, then the map's rows. */
export type Colours = readonly number[];

/** All 1 and the angle 0 leave an image as it is; saturation 0 makes it grey. The angle is in radians. */
export function coloursOf(brightness: number, contrast: number, saturation: number, angle: number): Colours {
  return [brightness, contrast, ...product(saturated(saturation), hueTurned(angle))];
}

function saturated(saturation: number): number[][] {
  return [0, 1, 2].map((to) =>
    luminance.map((share, from) => (1 - saturation) * share + (to === from ? saturation : 0)),
  );
}

function hueTurned(angle: number): number[][] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = [
    [-0.213, -0.715, 0.928],
    [0.143, 0.14, -0.283],
    [-0.787, 0.715, 0.072],
  ];
  return turn.map((row, to) =>
    row.map((across, from) => {
      const grey = luminance[from] as number;
      return grey + cos * ((to === from ? 1 : 0) - grey) + sin * across;
    }),
  );
}

function product(a: readonly number[][], b: readonly number[][]): number[] {
  return a.flatMap((row) =>
    [0, 1, 2].map((column) =>
      row.reduce((total, value, i) => total + value * ((b[i] as number[])[column] as number), 0),
    ),
  );
}

/** `images` [count, height, width, channels], `colours` [count, 11]; the map is for three channels alone. */
export function recolour(images: Tensor4D, colours: Tensor2D): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const [brightness, contrast, map] = split(colours, [1, 1, 9], 1) as [Tensor, Tensor, Tensor];
  const of = (one: Tensor): Tensor => reshape(one, [count, 1, 1, 1]);
  const bright = clipByValue(mul(images, of(brightness)), 0, 1) as Tensor4D;
  const middle = mean(luminanceOf(bright), [1, 2, 3], true);
  const spread = add(middle, mul(sub(bright, middle), of(contrast)));
  const contrasted = clipByValue(spread, 0, 1) as Tensor4D;
  if (channels !== 3) return contrasted;
  const pixels = reshape(contrasted, [count, height * width, 3]) as Tensor3D;
  const mapped = matMul(pixels, reshape(map, [count, 3, 3]) as Tensor3D, false, true);
  return clipByValue(reshape(mapped, images.shape), 0, 1) as Tensor4D;
}

/** [count, height, width, 1]; of what has not three channels, their mean. */
function luminanceOf(images: Tensor4D): Tensor {
  if (images.shape[3] !== 3) return mean(images, 3, true);
  return sum(mul(images, tensor1d([...luminance])), 3, true);
}

/** One image in place, in JavaScript. */
export function plainRecolour(view: Float32Array, { channels }: ImageShape, colours: Colours): void {
  const [brightness = 1, contrast = 1, ...map] = colours;
  for (const [at, value] of view.entries()) view[at] = unit(value * brightness);
  const shares = channels === 3 ? luminance : Array.from({ length: channels }, () => 1 / channels);
  const total = view.reduce((before, value, at) => before + value * (shares[at % channels] as number), 0);
  const middle = (total * channels) / view.length;
  for (const [at, value] of view.entries()) view[at] = unit(middle + contrast * (value - middle));
  if (channels !== 3) return;
  for (let at = 0; at < view.length; at += 3) {
    const before = view.slice(at, at + 3);
    for (let to = 0; to < 3; to++) {
      view[at + to] = unit(
        before.reduce((sum, value, from) => sum + value * (map[3 * to + from] as number), 0),
      );
    }
  }
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
