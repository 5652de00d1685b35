/**
 * Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998, UCI data set 80, CC BY 4.0): 1,797
 * digits of 8 × 8 pixels by 13 writers, none of whom wrote for MNIST, brought into MNIST's form.
 */
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { BasinError } from '#contract/error.ts';
import { readIdx } from './idx.ts';
import type { ImageSet } from './images.ts';

/** Dots in a block of the original bitmap. */
const levels = 16;
const small = 8;
/** MNIST's digits fill a box of this side in an image of that one. */
const box = 20;
const side = 28;

/** All of them in the order of the file, 28 × 28. */
export async function opticalDigits(): Promise<ImageSet> {
  const folder = join(resources(), 'optical-digits');
  const [blocks, labels] = await Promise.all([
    readIdx(join(folder, 'images-idx3-ubyte.gz'), 3),
    readIdx(join(folder, 'labels-idx1-ubyte.gz'), 1),
  ]);
  const count = labels.length;
  const pixels = new Uint8Array(count * side * side);
  for (let i = 0; i < count; i++) {
    const digit = blocks.subarray(i * small * small, (i + 1) * small * small);
    pixels.set(likeMnist(digit), i * side * side);
  }
  return { count, pixels, labels };
}

/**
 * 8 × 8 blocks of 0…16 → 28 × 28 bytes as MNIST's digits are made: brought to 20 × 20, here by bilinear
 * interpolation between the blocks' centres, and put so that the centre of mass is the image's centre, to the
 * nearest pixel and as far as the box stays inside.
 */
export function likeMnist(blocks: Uint8Array): Uint8Array {
  const grown = new Float64Array(box * box);
  let [mass, down, across] = [0, 0, 0];
  for (let y = 0; y < box; y++) {
    for (let x = 0; x < box; x++) {
      const value = bilinear(blocks, ((y + 0.5) * small) / box - 0.5, ((x + 0.5) * small) / box - 0.5);
      grown[y * box + x] = value;
      mass += value;
      down += value * (y + 0.5);
      across += value * (x + 0.5);
    }
  }
  const place = (moment: number): number =>
    mass === 0 ? (side - box) / 2 : Math.min(side - box, Math.max(0, Math.round(side / 2 - moment / mass)));
  const [top, left] = [place(down), place(across)];
  const image = new Uint8Array(side * side);
  for (let y = 0; y < box; y++) {
    for (let x = 0; x < box; x++) {
      const value = (255 * (grown[y * box + x] as number)) / levels;
      image[(top + y) * side + left + x] = Math.round(value);
    }
  }
  return image;
}

/** Between the centres of blocks, whole numbers; beyond the outermost ones, their value. */
function bilinear(blocks: Uint8Array, row: number, column: number): number {
  const inside = (at: number): number => Math.min(small - 1, Math.max(0, at));
  const at = (y: number, x: number): number => blocks[inside(y) * small + inside(x)] as number;
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [below, right] = [row - top, column - left];
  const upper = (1 - right) * at(top, left) + right * at(top, left + 1);
  const lower = (1 - right) * at(top + 1, left) + right * at(top + 1, left + 1);
  return (1 - below) * upper + below * lower;
}

/** Sources and bundles lie at different depths of the package. */
function resources(): string {
  const root = findPackageJSON('.', import.meta.url);
  if (!root)
    throw new BasinError('not-found', 'Optical digits: the folder of Basin was not found. Install it again.');
  return join(dirname(root), 'resources');
}
