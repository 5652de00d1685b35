/**
 * Two domains of digits: MNIST as the source, whose labels may be learnt from, and as the target either other
 * people's digits or MNIST's own after a fixed change.
 */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { ImageDataset } from '../definition.ts';
import { blurred, type Change, changed, inverted, noised, rotated } from './imageChanges.ts';
import type { ImageSet } from './images.ts';
import { mnist } from './mnist.ts';
import { opticalDigits } from './opticalDigits.ts';

const params = z.strictObject({
  target: z.enum(['optical', 'inverted', 'rotated', 'noised', 'blurred']).default('optical').meta({
    title: 'Target',
    description: 'The second domain: UCI optical digits, or MNIST inverted, rotated, noised or blurred.',
  }),
  sourceCount: z.int().min(100).max(50_000).default(10_000).meta({
    title: 'Source digits',
    description: 'Digits of MNIST to train on, from the start of its training set.',
    unit: 'digits',
    scale: 'log',
  }),
  sourceLabels: z.int().min(10).max(50_000).nullable().default(null).meta({
    title: 'Labelled digits',
    description: 'The first digits of the source, whose labels may be learnt from; empty means all of them.',
    unit: 'digits',
    scale: 'log',
  }),
  targetCount: z.int().min(100).max(50_000).default(10_000).meta({
    title: 'Target digits',
    description:
      'Digits of the target, whose labels no loss sees: those of MNIST that follow the source; the 899 optical ones are repeated.',
    unit: 'digits',
    scale: 'log',
  }),
  angle: z.number().min(-180).max(180).default(45).meta({
    title: 'Angle',
    description: 'Turn of the rotated target, clockwise.',
    unit: 'degrees',
  }),
  noise: z.number().min(0.01).max(2).default(0.5).meta({
    title: 'Noise',
    description: 'Standard deviation of the noised target, where white is 1.',
  }),
  blur: z.number().min(0.1).max(5).default(2).meta({
    title: 'Blur',
    description: 'Standard deviation of the blurred target.',
    unit: 'pixels',
  }),
});
type Params = z.output<typeof params>;

const shape = { height: 28, width: 28, channels: 1 };
const size = shape.height * shape.width;
const mnistCount = 60_000;
/** Of the optical digits those at odd places of the file are for testing. */
const opticalTestCount = 898;

export const digitDomains: ImageDataset<typeof params> = {
  kind: 'dataset',
  of: 'images',
  id: 'digit-domains',
  title: 'Digits of two domains',
  help: 'MNIST as the source, all of it or its first digits with labels, and as the target UCI optical digits, or MNIST inverted, rotated, noised or blurred. Labels of the target are hidden from every loss; a loss that learns from labels alone sees no image of it.',
  reference:
    'LeCun et al. 1998; Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0',
  studies: ['contrastive'],
  params,
  outline: ({ target, sourceCount, targetCount }) => ({
    ...shape,
    classes: 10,
    trainCount: sourceCount + targetCount,
    testCount: 10_000 + (target === 'optical' ? opticalTestCount : 10_000),
  }),
  async load(chosen) {
    const { sourceCount, targetCount } = chosen;
    const sourceLabels = chosen.sourceLabels ?? sourceCount;
    if (sourceLabels > sourceCount) {
      throw new BasinError(
        'bad-input',
        `Setting data.sourceLabels: the source has ${sourceCount} digits, fewer than ${sourceLabels}. Take at most ${sourceCount}.`,
        'data.sourceLabels',
      );
    }
    if (chosen.target !== 'optical' && sourceCount + targetCount > mnistCount) {
      throw new BasinError(
        'bad-input',
        `Setting data.targetCount: ${sourceCount} and ${targetCount} digits are more than MNIST's ${mnistCount}. Take at most ${mnistCount - sourceCount}.`,
        'data.targetCount',
      );
    }
    const digits = await mnist.load({ trainCount: mnistCount });
    const source = part(digits.train, 0, sourceCount);
    const target =
      chosen.target === 'optical'
        ? await opticalTarget(targetCount)
        : changedTarget(part(digits.train, sourceCount, targetCount), digits.test, chosen);
    return {
      ...shape,
      classes: digits.classes,
      train: { ...joined(source, target.train), labelled: sourceLabels },
      test: joined(digits.test, target.test),
    };
  },
};

interface Target {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Every other digit, so that both parts hold all writers; the first part again and again up to `count`. */
async function opticalTarget(count: number): Promise<Target> {
  const all = await opticalDigits();
  const places = Array.from({ length: all.count }, (_, i) => i);
  const train = places.filter((i) => i % 2 === 0);
  const repeated = Array.from({ length: count }, (_, i) => train[i % train.length] as number);
  return {
    train: chosenOf(all, repeated),
    test: chosenOf(
      all,
      places.filter((i) => i % 2 === 1),
    ),
  };
}

function changedTarget(train: ImageSet, test: ImageSet, chosen: Params): Target {
  const after = (set: ImageSet, name: string): ImageSet => ({
    ...set,
    pixels: changed(set.pixels, shape, changeOf(chosen, `digit-domains/noise/${name}`)),
  });
  return { train: after(train, 'train'), test: after(test, 'test') };
}

function changeOf({ target, angle, noise, blur }: Params, noiseName: string): Change {
  if (target === 'rotated') return rotated(angle, shape);
  if (target === 'noised') return noised(noise, noiseName);
  if (target === 'blurred') return blurred(blur, shape);
  return inverted;
}

function part({ pixels, labels }: ImageSet, start: number, count: number): ImageSet {
  return {
    count,
    pixels: pixels.subarray(start * size, (start + count) * size),
    labels: labels.subarray(start, start + count),
  };
}

function chosenOf({ pixels, labels }: ImageSet, places: readonly number[]): ImageSet {
  const taken = new Uint8Array(places.length * size);
  for (const [i, place] of places.entries()) {
    taken.set(pixels.subarray(place * size, (place + 1) * size), i * size);
  }
  return { count: places.length, pixels: taken, labels: Uint8Array.from(places, (i) => labels[i] as number) };
}

function joined(source: ImageSet, target: ImageSet): ImageSet {
  const pixels = new Uint8Array(source.pixels.length + target.pixels.length);
  pixels.set(source.pixels);
  pixels.set(target.pixels, source.pixels.length);
  const labels = Uint8Array.from([...source.labels, ...target.labels]);
  const count = source.count + target.count;
  return {
    count,
    pixels,
    labels,
    domains: Uint8Array.from({ length: count }, (_, i) => +(i >= source.count)),
  };
}
