/**
 * The positive-pair graph of images, estimated from a sample of their views. Of its two kinds of edges those between
 * views of one original are what the definition says, w(x, x⁺) = E_original p(x | original) p(x⁺ | original), with the
 * sampled views for all there are. But no two originals share a sampled view, and the graph of these edges alone falls
 * apart into its originals. That nearly equal views stand for the same one is an assumption: each view is joined to its
 * nearest neighbours in pixel space by a Gaussian kernel.
 */
import { z } from 'zod';
import { type Graph, graphOfEdges } from '../graph/graph.ts';
import { nearestViews } from './nearestViews.ts';

export const viewGraphSettings = {
  neighbours: z.int().min(1).max(50).default(5).meta({
    title: 'Neighbours',
    description: 'Nearest views of other images, to which each view is joined.',
  }),
  neighbourMass: z.number().min(0).max(0.99).default(0.2).meta({
    title: 'Neighbour mass',
    description: 'Probability that a positive pair joins two images; the rest joins views of one.',
    scale: 'log',
  }),
};

/** Distances between all views are computed: 5,000 of 784 numbers take ten seconds. */
export const mostViews = 5000;

/** `views` [images · each, size]: those of one image follow one another. */
export interface ViewSample {
  readonly images: number;
  readonly each: number;
  readonly views: Float32Array;
}

type Edge = readonly [from: number, to: number, weight: number];

/**
 * Vertices are the views. Those of one image, and each with itself, share the mass 1 − `neighbourMass` evenly; pairs of
 * which either is among the other's `neighbours` nearest of other images share the rest by exp(−d² / 2σ²), d the
 * distance of their pixels and σ the median distance of a view to its farthest neighbour.
 */
export function viewGraph(
  { images, each, views }: ViewSample,
  { neighbours, neighbourMass }: { readonly neighbours: number; readonly neighbourMass: number },
): Graph {
  const vertices = images * each;
  const edges = [
    ...alike(images, each, 1 - neighbourMass),
    ...near(views, originalsOf(images, each), neighbours, neighbourMass),
  ];
  const columns = {
    from: edges.map(([x]) => x),
    to: edges.map(([, y]) => y),
    weight: edges.map(([, , weight]) => weight),
  };
  return graphOfEdges(vertices, columns, 'Graph of views');
}

/** The image of each view: [images · each]. */
export function originalsOf(images: number, each: number): Int32Array {
  return Int32Array.from({ length: images * each }, (_, x) => Math.floor(x / each));
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

/** Both directions sum to `mass`. */
function near(views: Float32Array, originals: Int32Array, count: number, mass: number): Edge[] {
  const nearest = nearestViews(views, originals, views.length / originals.length, count);
  const farthest = nearest.map((row) => row.at(-1)?.squaredDistance ?? 0).sort((a, b) => a - b);
  // Views that are all equal are joined evenly.
  const squaredWidth = (farthest[Math.floor(farthest.length / 2)] as number) || 1;
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
