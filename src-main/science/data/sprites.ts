/**
 * Pictures with named factors, whose augmentations move the factors: every original x̄ on the grid of factors is
 * as likely, and a view of it has each factor drawn near that of x̄, independently. So the graph is exact,
 * w(x, x⁺) = E_x̄ p(x | x̄) p(x⁺ | x̄), and its weights and eigenvalues are products over the factors.
 */
import { z } from 'zod';
import type { GraphDataset } from '../definition.ts';
import { spritePixels, spriteShapes } from './spriteImages.ts';
import { mostVertices, symmetricPairs } from './symmetricPairs.ts';

const factorNames = ['shape', 'size', 'y', 'x'] as const;

const jitter = (usual: number) => z.int().min(0).max(16).default(usual);

const params = z
  .strictObject({
    side: z.int().min(8).max(64).default(16).meta({
      title: 'Side',
      description: 'Height and width of a picture.',
      unit: 'pixels',
    }),
    shapes: z
      .int()
      .min(2)
      .max(spriteShapes.length)
      .default(3)
      .meta({
        title: 'Shapes',
        description: `Of ${spriteShapes.join(', ')}, the first so many.`,
      }),
    sizes: z.int().min(1).max(8).default(3).meta({
      title: 'Sizes',
      description: 'Steps of the size.',
    }),
    positions: z.int().min(2).max(16).default(6).meta({
      title: 'Positions',
      description: 'Steps along each side.',
    }),
    shapeChange: z.number().min(0).max(1).default(0.02).meta({
      title: 'Change of shape',
      description: 'Probability that a view has another shape than its original: few edges between shapes.',
      scale: 'log',
    }),
    sizeJitter: jitter(1).meta({
      title: 'Jitter of size',
      description: 'A view has any size at most so many steps from its original, each as likely.',
      unit: 'steps',
    }),
    positionJitter: jitter(1).meta({
      title: 'Jitter of position',
      description: 'Likewise along each side.',
      unit: 'steps',
    }),
    label: z.enum(factorNames).default('shape').meta({
      title: 'Label',
      description: 'The factor that tasks ask for; its values are the clusters.',
    }),
  })
  .refine((p) => p.shapes * p.sizes * p.positions ** 2 <= mostVertices, {
    path: ['positions'],
    error: `shapes × sizes × positions² must be at most ${mostVertices}`,
  });
type Params = z.output<typeof params>;

/** Half the extent of the largest and the smallest sprite, as shares of the side. */
const [largest, smallest] = [0.22, 0.12];

export const sprites: GraphDataset<typeof params> = {
  kind: 'dataset',
  of: 'graph',
  id: 'sprites',
  title: 'Sprites',
  help: 'Every picture of a shape, size and position on a grid. A view moves size and position by a few steps and seldom changes the shape, so that the weight of every pair is known, and graph distance can be compared with the factors.',
  reference: 'Factors after dSprites: Matthey, Higgins, Hassabis and Lerchner 2017',
  studies: ['contrastive'],
  params,
  outline: (chosen) => ({
    ...shapeOf(chosen),
    vertices: gridOf(chosen).reduce((product, steps) => product * steps, 1),
    classes: gridOf(chosen)[factorNames.indexOf(chosen.label)] as number,
  }),
  load: async (chosen) => {
    const grid = gridOf(chosen);
    const vertices = grid.reduce((product, steps) => product * steps, 1);
    const places = placesOn(grid, vertices);
    const kernels = kernelsOf(chosen, grid);
    const joints = kernels.map((kernel) => jointOf(kernel));
    const graph = symmetricPairs(vertices, (x, y) => {
      let weight = 1;
      for (const [f, joint] of joints.entries()) {
        const place = places[f] as Int32Array;
        weight *= joint[place[x] as number]?.[place[y] as number] as number;
      }
      return weight;
    });
    const labelled = places[factorNames.indexOf(chosen.label)] as Int32Array;
    const steps = grid[factorNames.indexOf(chosen.label)] as number;
    return {
      ...graph,
      labels: labelled,
      classes: Array.from({ length: steps }, (_, step) => nameOf(chosen.label, step)),
      clusters: labelled,
      shape: shapeOf(chosen),
      inputs: picturesOf(chosen, places, vertices),
      factors: Object.fromEntries(
        factorNames.map((name, f) => [name, Float64Array.from(places[f] as Int32Array)]),
      ),
      nominal: ['shape'],
    };
  },
};

function shapeOf({ side }: Params) {
  return { height: side, width: side, channels: 1 };
}

/** Steps of each factor, in the order of their names. */
function gridOf({ shapes, sizes, positions }: Params): readonly number[] {
  return [shapes, sizes, positions, positions];
}

/** The step of each vertex on each factor: the last factor changes fastest. */
function placesOn(grid: readonly number[], vertices: number): readonly Int32Array[] {
  return grid.map((steps, f) => {
    const stride = grid.slice(f + 1).reduce((product, each) => product * each, 1);
    return Int32Array.from({ length: vertices }, (_, x) => Math.floor(x / stride) % steps);
  });
}

/** p(view's step | original's step) of each factor: a row an original. */
function kernelsOf({ shapeChange, sizeJitter, positionJitter }: Params, grid: readonly number[]) {
  const [shapes, sizes, rows, columns] = grid as [number, number, number, number];
  const shape = matrix(shapes, (from, to) => (from === to ? 1 - shapeChange : shapeChange / (shapes - 1)));
  return [shape, near(sizes, sizeJitter), near(rows, positionJitter), near(columns, positionJitter)];
}

/** Steps at most `reach` away, each as likely; at the ends of the range there are fewer. */
function near(steps: number, reach: number): number[][] {
  return matrix(steps, (from, to) => {
    const reached = Math.min(from + reach, steps - 1) - Math.max(from - reach, 0) + 1;
    return Math.abs(from - to) <= reach ? 1 / reached : 0;
  });
}

/** E over originals, all as likely, of p(a | x̄) p(b | x̄). */
function jointOf(kernel: readonly (readonly number[])[]): number[][] {
  return matrix(kernel.length, (a, b) =>
    kernel.reduce((sum, views) => sum + ((views[a] as number) * (views[b] as number)) / kernel.length, 0),
  );
}

function matrix(size: number, entry: (row: number, column: number) => number): number[][] {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => entry(row, column)),
  );
}

function nameOf(factor: Params['label'], step: number): string {
  return factor === 'shape' ? (spriteShapes[step] as string) : `${factor} ${step}`;
}

/** Positions keep the largest sprite inside the picture. */
function picturesOf(chosen: Params, places: readonly Int32Array[], vertices: number): Float32Array {
  const { side, sizes, positions } = chosen;
  const [shape, size, y, x] = places as [Int32Array, Int32Array, Int32Array, Int32Array];
  const at = (step: number) => largest + ((1 - 2 * largest) * step) / (positions - 1);
  const radius = (step: number) => largest - ((largest - smallest) * step) / Math.max(1, sizes - 1);
  const pictures = new Float32Array(vertices * side * side);
  for (let vertex = 0; vertex < vertices; vertex++) {
    const sprite = {
      shape: spriteShapes[shape[vertex] as number] as (typeof spriteShapes)[number],
      radius: radius(size[vertex] as number),
      x: at(x[vertex] as number),
      y: at(y[vertex] as number),
    };
    pictures.set(spritePixels(sprite, side), vertex * side * side);
  }
  return pictures;
}
