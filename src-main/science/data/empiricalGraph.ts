/** Digits of MNIST and random views of them as a population whose graph is known, since it is estimated first. */
import { z } from 'zod';
import { permutation, type Stream, stream } from '#engine/random.ts';
import { digits } from '../augmentations/digits.ts';
import type { GraphDataset } from '../definition.ts';
import { pairsOf } from '../graph/graph.ts';
import { mnist } from './mnist.ts';
import { mostViews, originalsOf, viewGraph, viewGraphSettings } from './viewGraph.ts';

const params = z
  .strictObject({
    images: z.int().min(10).max(2500).default(400).meta({
      title: 'Images',
      description: 'Digits of MNIST, chosen at random from its training set.',
      scale: 'log',
    }),
    views: z.int().min(2).max(50).default(5).meta({
      title: 'Views',
      description: 'Augmented views of each image; each is a vertex.',
    }),
    ...viewGraphSettings,
    seed: z.int().min(0).default(0).meta({
      title: 'Graph seed',
      description: 'Chooses the images and draws their views; the run has a seed of its own.',
    }),
  })
  .refine(({ images, views }) => images * views <= mostViews, {
    path: ['images'],
    error: `images × views must be at most ${mostViews}`,
  });

const shape = { height: 28, width: 28, channels: 1 };
const size = shape.height * shape.width;
const trainCount = 60_000;

export const empiricalGraph: GraphDataset<typeof params> = {
  kind: 'dataset',
  of: 'graph',
  id: 'empirical-graph',
  title: 'Graph of digits, estimated',
  help: 'MNIST digits and random views of them, as vertices of a sparse graph. Views of one image are pairs; beside them each view is paired with its nearest views of other images, with weights exp(−d² / 2σ²), d the distance of their pixels and σ the median distance of a view to its farthest neighbour. An estimate from a sample, and the second kind of edge is an assumption: the true graph of the digits is not known.',
  reference: 'HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156, section 3',
  studies: ['contrastive'],
  params,
  outline: ({ images, views }) => ({ ...shape, vertices: images * views, classes: 10 }),
  async load({ images, views, neighbours, neighbourMass, seed }) {
    const { train, classes } = await mnist.load({ trainCount });
    const chosen = permutation(stream(seed, 'graph/images'), trainCount).subarray(0, images);
    const originals = originalsOf(images, views);
    const inputs = viewsOf(train.pixels, chosen, views, stream(seed, 'graph/views'));
    const labels = originals.map((original) => train.labels[chosen[original] as number] as number);
    const graph = viewGraph({ images, each: views, views: inputs }, { neighbours, neighbourMass });
    return {
      ...pairsOf(graph),
      ...{ labels, classes, clusters: labels, shape, inputs },
      factors: { original: Float64Array.from(originals) },
    };
  },
};

function viewsOf(pixels: Uint8Array, chosen: Int32Array, views: number, random: Stream): Float32Array {
  const repeated = new Float32Array(chosen.length * views * size);
  for (const [original, image] of chosen.entries()) {
    const bytes = pixels.subarray(image * size, (image + 1) * size);
    for (let view = 0; view < views; view++) {
      repeated.set(
        Float32Array.from(bytes, (byte) => byte / 255),
        (original * views + view) * size,
      );
    }
  }
  const settings = digits.params.parse({});
  return digits.plainViews(repeated, digits.draw(settings, chosen.length * views, shape, random), shape);
}
