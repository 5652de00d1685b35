/** Batches of positive pairs: which images a step sees, and two views of each. Pure functions of the seed. */
import { BasinError } from '#contract/error.ts';
import type { Feeds, Inputs } from '#engine/engine.ts';
import { permutation, type Stream, stream } from '#engine/random.ts';
import { concat, type Tensor1D, type Tensor4D } from '#engine/tf.ts';
import type { ImageSet } from '../../data/images.ts';
import type { AugmentedImages, Draws, ImageShape } from '../../definition.ts';
import type { Views } from './model.ts';

/** An augmentation with its parameters chosen. */
export interface ViewsOf {
  draw(count: number, random: Stream, second?: number): Draws;
  views(images: Tensor4D, draws: Inputs): Tensor4D;
  plainViews(images: Float32Array, draws: Draws): Float32Array;
  /** Of a loss that asks for more than two views of an original: how many more, and their draws. */
  readonly small?: { readonly count: number; draw(count: number, random: Stream): Draws };
}

export interface Pairs {
  /** What a program makes the step's views of, `labels` [batch] of the originals among it. */
  batch(step: number): Feeds;
  /**
   * A batch of `size` that is the same at every call; its draws are of its own, for curvature. Batches of
   * other `index` are others.
   * @throws BasinError `bad-input` where there are not so many images, or for a single pair
   */
  fixed(size: number, index?: number): Feeds;
  /** Inside a program, its batch's views: pair i in rows i and batch + i, its further view j in row (2 + j) batch + i. */
  views(batch: Inputs): Views;
  /** Pairs in a batch. */
  count(batch: Feeds): number;
}

export interface PlainViews {
  /** The images of step `step`: each epoch a new order of all, its last incomplete batch left out. */
  indices(step: number): Int32Array;
  /** Those images in [0, 1], then the step's two views of them as `views` stacks them. */
  at(step: number): { readonly originals: Float32Array; readonly views: Float32Array };
}

/** Feeds `images` [batch, height, width, channels] in [0, 1], and the draws for two views of each. */
export function imagePairs(
  images: ImageSet,
  shape: ImageShape,
  augmentation: ViewsOf,
  batchSize: number,
  seed: number,
): Pairs & { readonly plainViews: PlainViews } {
  const perEpoch = Math.floor(images.count / batchSize);
  let order: { readonly epoch: number; readonly images: Int32Array } = {
    epoch: -1,
    images: new Int32Array(0),
  };

  const indices = (step: number): Int32Array => {
    const epoch = Math.floor(step / perEpoch);
    if (order.epoch !== epoch) {
      order = { epoch, images: permutation(stream(seed, 'data/order', epoch), images.count) };
    }
    const start = (step % perEpoch) * batchSize;
    return order.images.subarray(start, start + batchSize);
  };
  const { small } = augmentation;
  const drawsOf = (count: number, random: Stream): Draws => {
    const ofPairs = augmentation.draw(2 * count, random, count);
    return small ? followed(ofPairs, small.draw(small.count * count, random)) : ofPairs;
  };
  const drawn = (chosen: Int32Array, random: Stream): Drawn => ({
    images: gather(images.pixels, chosen, shape),
    labels: Int32Array.from(chosen, (image) => labelSeen(images, image)),
    draws: drawsOf(chosen.length, random),
  });
  const ofStep = (step: number): Drawn => drawn(indices(step), stream(seed, 'augmentation', step));

  return {
    batch: (step) => feedsOf(ofStep(step), shape),
    fixed(size, index = 0) {
      if (size < 2) {
        const why = 'one pair has no other to be told from';
        throw new BasinError('bad-input', `Curvature: ${why}. Take batches of 2 or more.`, 'batchSize');
      }
      const all = permutation(stream(seed, 'flatness/images'), images.count);
      const chosen = all.subarray(index * size, (index + 1) * size);
      if (chosen.length < size) {
        const why = `${(index + 1) * size} pairs are more than the ${images.count} images there are`;
        throw new BasinError('bad-input', `Curvature: ${why}. Take fewer or smaller batches.`, 'batches');
      }
      return feedsOf(drawn(chosen, stream(seed, 'flatness/views', index)), shape);
    },
    views(batch) {
      const originals = batch.images as Tensor4D;
      return {
        images: augmentation.views(concat(Array(2 + (small?.count ?? 0)).fill(originals), 0), batch),
        vertices: undefined,
        labels: batch.labels as Tensor1D,
      };
    },
    count: ({ labels }) => (typeof labels === 'object' ? (labels.shape[0] as number) : 0),
    plainViews: {
      indices,
      at(step) {
        const { images: originals, draws } = ofStep(step);
        const twice = new Float32Array(2 * originals.length);
        twice.set(originals);
        twice.set(originals, originals.length);
        return { originals, views: augmentation.plainViews(twice, draws) };
      },
    },
  };
}

/** −1 where nothing may be learnt from the label: of a target, and of a source with few labels. */
function labelSeen({ labels, labelled = labels.length }: ImageSet, image: number): number {
  return image < labelled ? (labels[image] as number) : -1;
}

/** The images of a batch, and what is random about their views. */
interface Drawn {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly draws: Draws;
}

function feedsOf({ images, labels, draws }: Drawn, { height, width, channels }: ImageShape): Feeds {
  const count = labels.length;
  return {
    images: { shape: [count, height, width, channels], data: images },
    labels: { shape: [count], data: labels },
    ...draws,
  };
}

/** The draws of more views after those of `first`. */
function followed(first: Draws, more: Draws): Draws {
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const after = more[name] as Draws[string];
      const both = new Float32Array(data.length + after.data.length);
      both.set(data);
      both.set(after.data, data.length);
      const [count = 0, ...rest] = shape;
      return [name, { shape: [count + (after.shape[0] as number), ...rest], data: both }];
    }),
  );
}

/** Single views, beside the pairs that are trained on. */
export function augmentedImages(set: ImageSet, shape: ImageShape, augmentation: ViewsOf): AugmentedImages {
  const { height, width, channels } = shape;
  return {
    labels: set.labels,
    ...(set.domains && { domains: set.domains }),
    batch: (places, random) => ({
      images: { shape: [places.length, height, width, channels], data: gather(set.pixels, places, shape) },
      ...augmentation.draw(places.length, random),
    }),
    views: (inputs) => augmentation.views(inputs.images as Tensor4D, inputs),
  };
}

/** Images `chosen` of a set, one after another, bytes to [0, 1]. */
function gather(pixels: Uint8Array, chosen: Int32Array, shape: ImageShape): Float32Array {
  const size = shape.height * shape.width * shape.channels;
  const gathered = new Float32Array(chosen.length * size);
  let at = 0;
  for (const image of chosen) {
    for (let i = image * size; i < (image + 1) * size; i++) gathered[at++] = (pixels[i] as number) / 255;
  }
  return gathered;
}
