/**
 * Views of handwritten digits: random resized crop and a small rotation in one bilinear warp, blur,
 * and random erasing (Zhong et al. 2020). No flips: a mirrored digit is another sign.
 */
import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import type { Augmentation, ImageShape } from '../definition.ts';

const share = z.number().min(0).max(1);

const params = z.strictObject({
  minScale: z.number().min(0.05).max(1).default(0.35).meta({
    title: 'Smallest crop',
    description: "Least share of the image's area that a crop keeps; the largest keeps all.",
  }),
  rotation: z.number().min(0).max(180).default(15).meta({
    title: 'Rotation',
    description: 'Largest turn to either side.',
    unit: 'degrees',
  }),
  eraseProbability: share.default(0.25).meta({
    title: 'Erase',
    description: 'Probability of blanking a rectangle of 2 % to 15 % of the area.',
  }),
  blurProbability: share.default(0.25).meta({
    title: 'Blur',
    description: 'Probability of a Gaussian blur.',
  }),
  blurSigma: z.number().min(0.1).max(1).default(0.8).meta({
    title: 'Largest blur',
    description: 'Upper end of its standard deviation, which starts at 0.1.',
    unit: 'pixels',
  }),
});

export const digits: Augmentation<typeof params> = {
  kind: 'augmentation',
  id: 'digits',
  title: 'Digit views',
  help: 'Random crop, small rotation, erase and blur; no flips.',
  studies: ['contrastive'],
  params,
  views(chosen, pixels, shape, random) {
    const size = shape.height * shape.width * shape.channels;
    const count = pixels.length / size;
    const views = new Float32Array(pixels.length);
    const scratch = new Float32Array(size);
    for (let i = 0; i < count; i++) {
      const view = views.subarray(i * size, (i + 1) * size);
      const draw = drawView(chosen, shape, random);
      warp(pixels, i * size, view, shape, draw);
      if (draw.sigma > 0) blur(view, scratch, shape, draw.sigma);
      if (draw.erased) erase(view, shape, draw.erased);
    }
    return views;
  },
};

interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

interface ViewDraw {
  readonly crop: Rectangle;
  /** Radians. */
  readonly angle: number;
  /** Pixels; 0 for no blur. */
  readonly sigma: number;
  readonly erased: Rectangle | undefined;
}

function drawView(chosen: z.output<typeof params>, shape: ImageShape, random: Stream): ViewDraw {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const crop = drawRectangle(shape, chosen.minScale, 1, 3 / 4, random);
  const angle = (between(-chosen.rotation, chosen.rotation) * Math.PI) / 180;
  // Every view takes the same number of draws, so that one setting does not shift another's draws.
  const blurred = random.uniform() < chosen.blurProbability;
  const sigma = between(0.1, chosen.blurSigma);
  const erases = random.uniform() < chosen.eraseProbability;
  const erased = drawRectangle(shape, 0.02, 0.15, 1 / 3, random);
  return { crop, angle, sigma: blurred ? sigma : 0, erased: erases ? erased : undefined };
}

/**
 * Area uniform, place uniform inside, aspect ratio (against the image's own) log-uniform between
 * `aspect` and its inverse as far as the area leaves room: the whole image has but one shape.
 */
function drawRectangle(
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

/** Bilinear samples of the turned crop, bytes to [0, 1]; outside the image is black. */
function warp(
  pixels: Uint8Array,
  start: number,
  view: Float32Array,
  { height, width, channels }: ImageShape,
  { crop, angle }: ViewDraw,
): void {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const rowScale = crop.height / height;
  const columnScale = crop.width / width;
  // Pixel i covers [i, i + 1), its centre is i + ½.
  const centreRow = crop.top + crop.height / 2 - 0.5;
  const centreColumn = crop.left + crop.width / 2 - 0.5;
  let at = 0;
  for (let i = 0; i < height; i++) {
    const v = (i + 0.5 - height / 2) * rowScale;
    for (let j = 0; j < width; j++) {
      const u = (j + 0.5 - width / 2) * columnScale;
      const row = centreRow + cos * v - sin * u;
      const column = centreColumn + sin * v + cos * u;
      const r = Math.floor(row);
      const c = Math.floor(column);
      const down = row - r;
      const right = column - c;
      const upper = r >= 0 && r < height;
      const lower = r >= -1 && r < height - 1;
      const near = c >= 0 && c < width;
      const far = c >= -1 && c < width - 1;
      const first = start + (r * width + c) * channels;
      const below = first + width * channels;
      for (let k = 0; k < channels; k++) {
        let value = 0;
        if (upper && near) value += (1 - down) * (1 - right) * (pixels[first + k] as number);
        if (upper && far) value += (1 - down) * right * (pixels[first + channels + k] as number);
        if (lower && near) value += down * (1 - right) * (pixels[below + k] as number);
        if (lower && far) value += down * right * (pixels[below + channels + k] as number);
        view[at++] = value / 255;
      }
    }
  }
}

/** Separable Gaussian of radius 2, rows then columns; what it reaches beyond the edge is black. */
function blur(
  view: Float32Array,
  scratch: Float32Array,
  { height, width, channels }: ImageShape,
  sigma: number,
): void {
  const near = Math.exp(-1 / (2 * sigma * sigma));
  const far = Math.exp(-4 / (2 * sigma * sigma));
  const total = 1 + 2 * near + 2 * far;
  const taps = [1 / total, near / total, far / total] as const;
  smooth(view, scratch, channels, width, taps);
  smooth(scratch, view, width * channels, height, taps);
}

/** One direction: neighbours lie `stride` apart, `length` of them in a line. */
function smooth(
  from: Float32Array,
  to: Float32Array,
  stride: number,
  length: number,
  [centre, near, far]: readonly [number, number, number],
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

function erase(view: Float32Array, { height, width, channels }: ImageShape, hole: Rectangle): void {
  const top = Math.round(hole.top);
  const bottom = Math.min(height, Math.round(hole.top + hole.height));
  const left = Math.round(hole.left);
  const right = Math.min(width, Math.round(hole.left + hole.width));
  for (let row = top; row < bottom; row++) {
    view.fill(0, (row * width + left) * channels, (row * width + right) * channels);
  }
}
