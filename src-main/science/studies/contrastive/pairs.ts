/** Batches of positive pairs: which images a step sees, and two views of each. Pure functions of the seed. */
import { BasinError } from '#contract/error.ts';
import type { Feeds } from '#engine/engine.ts';
import { permutation, type Stream, stream } from '#engine/random.ts';
import type { ImageSet } from '../../data/images.ts';
import type { ImageShape } from '../../definition.ts';

/** A random view of each image, as an augmentation makes it: bytes → [0, 1]. */
export type Views = (pixels: Uint8Array, random: Stream) => Float32Array;

export interface Pairs {
  /** The images of step `step`: each epoch a new order of all, its last incomplete batch left out. */
  indices(step: number): Int32Array;
  /** Two views of each, [2 · batch, height, width, channels]: pair i in rows i and batch + i. */
  views(step: number): Float32Array;
  /** The same, as the feed `views` of a program. */
  batch(step: number): Feeds;
  /**
   * A batch of `size` that is the same at every call; its draws are of its own, for curvature. Batches of
   * other `index` have other images.
   * @throws BasinError `bad-input` where there are not so many images, or for a single pair
   */
  fixed(size: number, index?: number): Feeds;
  /** Pairs in a batch. */
  count(batch: Feeds): number;
}

export function positivePairs(
  images: ImageSet,
  shape: ImageShape,
  viewsOf: Views,
  batchSize: number,
  seed: number,
): Pairs {
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
  const twoViews = (chosen: Int32Array, random: Stream): Float32Array => {
    const originals = gather(images.pixels, chosen, shape);
    const views = new Float32Array(2 * originals.length);
    views.set(viewsOf(originals, random));
    views.set(viewsOf(originals, random), originals.length);
    return views;
  };
  const feed = (data: Float32Array): Feeds => {
    const { height, width, channels } = shape;
    return { views: { shape: [data.length / (height * width * channels), height, width, channels], data } };
  };
  const views = (step: number): Float32Array => twoViews(indices(step), stream(seed, 'augmentation', step));

  return {
    indices,
    views,
    batch: (step) => feed(views(step)),
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
      return feed(twoViews(chosen, stream(seed, 'flatness/views', index)));
    },
    count({ views: stacked }) {
      return typeof stacked === 'object' ? (stacked.shape[0] as number) / 2 : 0;
    },
  };
}

/** Images `chosen` of a set, one after another. */
function gather(pixels: Uint8Array, chosen: Int32Array, shape: ImageShape): Uint8Array {
  const size = shape.height * shape.width * shape.channels;
  const gathered = new Uint8Array(chosen.length * size);
  for (const [i, image] of chosen.entries()) {
    gathered.set(pixels.subarray(image * size, (image + 1) * size), i * size);
  }
  return gathered;
}
