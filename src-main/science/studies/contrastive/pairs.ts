/** Batches of positive pairs: which images a step sees, and two views of each. Pure functions of the seed. */
import { BasinError } from '#contract/error.ts';
import type { Feeds, Inputs } from '#engine/engine.ts';
import { permutation, type Stream, stream } from '#engine/random.ts';
import { concat, type Tensor4D } from '#engine/tf.ts';
import type { ImageSet } from '../../data/images.ts';
import type { Draws, ImageShape } from '../../definition.ts';

/** An augmentation with its parameters chosen. */
export interface Views {
  draw(count: number, random: Stream): Draws;
  views(images: Tensor4D, draws: Inputs): Tensor4D;
  plainViews(images: Float32Array, draws: Draws): Float32Array;
}

export interface Pairs {
  /** The images of step `step`: each epoch a new order of all, its last incomplete batch left out. */
  indices(step: number): Int32Array;
  /**
   * What a program makes the step's views of: feed `images` [batch, height, width, channels] in [0, 1], and the
   * draws for two views of each.
   */
  batch(step: number): Feeds;
  /**
   * A batch of `size` that is the same at every call; its draws are of its own, for curvature. Batches of
   * other `index` have other images.
   * @throws BasinError `bad-input` where there are not so many images, or for a single pair
   */
  fixed(size: number, index?: number): Feeds;
  /**
   * Inside a program, its batch's views in [0, 1], [2 · batch, height, width, channels]: pair i in rows i
   * and batch + i.
   */
  views(batch: Inputs): Tensor4D;
  /** Those of a step without TensorFlow. */
  plainViews(step: number): Float32Array;
  /** Pairs in a batch. */
  count(batch: Feeds): number;
}

export function positivePairs(
  images: ImageSet,
  shape: ImageShape,
  augmentation: Views,
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
  const drawn = (chosen: Int32Array, random: Stream): Drawn => ({
    images: gather(images.pixels, chosen, shape),
    draws: augmentation.draw(2 * chosen.length, random),
  });
  const ofStep = (step: number): Drawn => drawn(indices(step), stream(seed, 'augmentation', step));

  return {
    indices,
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
      return augmentation.views(concat([originals, originals], 0), batch);
    },
    plainViews(step) {
      const { images: originals, draws } = ofStep(step);
      const twice = new Float32Array(2 * originals.length);
      twice.set(originals);
      twice.set(originals, originals.length);
      return augmentation.plainViews(twice, draws);
    },
    count({ images: originals }) {
      return typeof originals === 'object' ? (originals.shape[0] as number) : 0;
    },
  };
}

/** The images of a batch, and what is random about their views. */
interface Drawn {
  readonly images: Float32Array;
  readonly draws: Draws;
}

function feedsOf({ images, draws }: Drawn, { height, width, channels }: ImageShape): Feeds {
  const count = images.length / (height * width * channels);
  return { images: { shape: [count, height, width, channels], data: images }, ...draws };
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
