/** Pictures out of PNG and JPEG files, brought to one size. */
import { convertIndexedToRgb, decode as decodePng, hasPngSignature } from 'fast-png';
import jpeg from 'jpeg-js';

/** Red, green and blue of each pixel, 0…255, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A picture of more pixels is refused before it is unpacked. */
const mostPixels = 100e6;

/** Transparent places are put on black. @throws Error that says in a few words why it is no picture */
export function decodePicture(bytes: Uint8Array): Picture {
  if (hasPngSignature(bytes)) return pngPicture(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegPicture(bytes);
  throw new Error(bytes.length === 0 ? 'the file is empty' : 'it is neither PNG nor JPEG');
}

function pngPicture(bytes: Uint8Array): Picture {
  // Width and height stand at fixed places of the first chunk.
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 24 && head.getUint32(16) * head.getUint32(20) > mostPixels) {
    throw new Error('it has more than 100 million pixels');
  }
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height, depth, palette } = png;
  if (palette || depth < 8) {
    const data = convertIndexedToRgb({ ...png, palette: palette ?? greys(depth) });
    return { width, height, rgb: onBlack(data, data.length / (width * height), 255) };
  }
  return { width, height, rgb: onBlack(png.data, png.channels, depth === 16 ? 65_535 : 255) };
}

/** The levels of a grey picture of few bits, as a palette. */
function greys(depth: number): [number, number, number][] {
  const most = 2 ** depth - 1;
  return Array.from({ length: most + 1 }, (_, level) => {
    const value = Math.round((255 * level) / most);
    return [value, value, value];
  });
}

/** From grey, grey with alpha, colour, or colour with alpha, in which `white` is the largest value. */
function onBlack(data: ArrayLike<number>, channels: number, white: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(3 * pixels);
  const alphaAt = channels % 2 === 0 ? channels - 1 : null;
  for (let i = 0; i < pixels; i++) {
    const start = i * channels;
    const alpha = alphaAt === null ? 1 : (data[start + alphaAt] as number) / white;
    for (let k = 0; k < 3; k++) {
      const value = data[start + (channels < 3 ? 0 : k)] as number;
      rgb[3 * i + k] = Math.round((255 * alpha * value) / white);
    }
  }
  return rgb;
}

function jpegPicture(bytes: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(bytes, {
    ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
    maxResolutionInMP: mostPixels / 1e6,
  });
  return { width, height, rgb: data };
}

/** Luma of Rec. 601. */
const luma = [0.299, 0.587, 0.114] as const;

/**
 * The largest square about the middle, brought to `side` × `side` pixels, each the mean over the area that it covers:
 * bytes [side, side, channels], grey for one channel.
 */
export function squarePicture({ width, height, rgb }: Picture, side: number, channels: 1 | 3): Uint8Array {
  const square = Math.min(width, height);
  const [left, top] = [Math.floor((width - square) / 2), Math.floor((height - square) / 2)];
  const spans = coverage(square, side);
  const pixels = new Uint8Array(side * side * channels);
  const sums = [0, 0, 0];
  for (const [row, rows] of spans.entries()) {
    for (const [column, columns] of spans.entries()) {
      sums.fill(0);
      for (const [y, tall] of rows) {
        for (const [x, wide] of columns) {
          const at = 3 * ((top + y) * width + left + x);
          for (let k = 0; k < 3; k++) sums[k] = (sums[k] as number) + tall * wide * (rgb[at + k] as number);
        }
      }
      const values =
        channels === 3 ? sums : [luma.reduce((sum, share, k) => sum + share * (sums[k] as number), 0)];
      for (const [k, value] of values.entries()) {
        pixels[(row * side + column) * channels + k] = Math.round(value);
      }
    }
  }
  return pixels;
}

/** For each of `side` equal parts of a line of `length` pixels, those that it covers with their shares of it. */
function coverage(length: number, side: number): (readonly [pixel: number, share: number])[][] {
  const part = length / side;
  return Array.from({ length: side }, (_, i) => {
    const [from, to] = [i * part, Math.min(length, (i + 1) * part)];
    const last = Math.min(length - 1, Math.ceil(to) - 1);
    const first = Math.min(last, Math.floor(from));
    return Array.from({ length: last - first + 1 }, (_, j) => {
      const pixel = first + j;
      return [pixel, Math.max(0, Math.min(to, pixel + 1) - Math.max(from, pixel)) / part] as const;
    });
  });
}
