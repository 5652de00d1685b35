/**
 * The positive-pair graph of real images, estimated from a sample of their views. Of its two kinds of edges those
 * between views of one original are what the definition says, w(x, x⁺) = E_original p(x | original) p(x⁺ | original),
 * with the sampled views for all there are. But no two originals share a sampled view, and the graph of these edges
 * alone falls apart into its originals. That nearly equal views stand for the same one is an assumption: each view is
 * joined to its nearest neighbours in pixel space by a Gaussian kernel.
 */
import { z } from 'zod';
import { permutation, type Stream, stream } from '#engine/random.ts';
import { digits } from '../augmentations/digits.ts';
import type { GraphDataset } from '../definition.ts';
import { graphOfEdges, pairsOf } from '../graph/graph.ts';
import { mnist } from './mnist.ts';
import { nearestViews } from './nearestViews.ts';

/** Distances between all views are computed: 5,000 take ten seconds. */
const mostViews = 5000;

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
    neighbours: z.int().min(1).max(50).default(5).meta({
      title: 'Neighbours',
      description: 'Nearest views of other images, to which each view is joined.',
    }),
    neighbourMass: z.number().min(0).max(0.99).default(0.2).meta({
      title: 'Neighbour mass',
      description: 'Probability that a positive pair joins two images; the rest joins views of one.',
      scale: 'log',
    }),
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
    const originals = Int32Array.from({ length: images * views }, (_, x) => Math.floor(x / views));
    const inputs = viewsOf(train.pixels, chosen, views, stream(seed, 'graph/views'));
    const labels = originals.map((original) => train.labels[chosen[original] as number] as number);
    const edges = [
      ...alike(images, views, 1 - neighbourMass),
      ...near(inputs, originals, neighbours, neighbourMass),
    ];
    const columns = {
      from: edges.map(([x]) => x),
      to: edges.map(([, y]) => y),
      weight: edges.map(([, , weight]) => weight),
    };
    return {
      ...pairsOf(graphOfEdges(originals.length, columns, 'Empirical graph')),
      ...{ labels, classes, clusters: labels, shape, inputs },
      factors: { original: Float64Array.from(originals) },
    };
  },
};

type Edge = readonly [from: number, to: number, weight: number];

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

/** Every two views of one image, each with itself as well, and all with one weight: both directions sum to `mass`. */
function alike(images: number, views: number, mass: number): Edge[] {
  const each = mass / (images * views * views);
  return Array.from({ length: images }, (_, image) =>
    Array.from({ length: views * views }, (_, pair): Edge => {
      const [x, y] = [Math.floor(pair / views), pair % views];
      return [image * views + x, image * views + y, each];
    }),
  ).flat();
}

/** Both directions sum to `mass`; a pair of which either is among the other's nearest. */
function near(inputs: Float32Array, originals: Int32Array, count: number, mass: number): Edge[] {
  const nearest = nearestViews(inputs, originals, size, count);
  const farthest = nearest.map((row) => row.at(-1)?.squaredDistance ?? 0).sort((a, b) => a - b);
  const squaredWidth = farthest[Math.floor(farthest.length / 2)] as number;
  const kernels = new Map<string, Edge>();
  for (const [x, row] of nearest.entries()) {
    for (const { view: y, squaredDistance } of row) {
      const [a, b] = [Math.min(x, y), Math.max(x, y)];
      kernels.set(`${a}/${b}`, [a, b, Math.exp(-squaredDistance / (2 * squaredWidth))]);
    }
  }
  const total = [...kernels.values()].reduce((sum, [, , kernel]) => sum + 2 * kernel, 0);
  return [...kernels.values()].map(([a, b, kernel]) => [a, b, (mass * kernel) / total]);
}
