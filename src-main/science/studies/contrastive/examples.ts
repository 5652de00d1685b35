/** Labelled examples as an encoder sees them, without augmentation. */
import type { Feeds } from '#engine/engine.ts';
import type { ImageSet } from '../../data/images.ts';
import type { ImageShape } from '../../definition.ts';
import type { GraphPopulation } from '../../graph/population.ts';

export interface Examples {
  readonly count: number;
  readonly labels: Int32Array;
  /** Of a finite population: the cluster of each vertex. */
  readonly clusters?: Int32Array;
  /** Where there are several: 0, the source, or 1, the target. */
  readonly domains?: ArrayLike<number>;
  /** How many, from the first on, have labels that may be learnt from; left out, all of the source. */
  readonly labelled?: number;
  /** Feeds of `count` of them from `start` on: `images` in [0, 1] and, of a population, `vertices`. */
  block(start: number, count: number): Feeds;
}

export function imageExamples(set: ImageSet, shape: ImageShape): Examples {
  const { height, width, channels } = shape;
  const size = height * width * channels;
  return {
    count: set.count,
    labels: Int32Array.from(set.labels),
    ...(set.domains && { domains: set.domains }),
    ...(set.labelled && { labelled: set.labelled }),
    block(start, count) {
      const data = Float32Array.from(set.pixels.subarray(start * size, (start + count) * size));
      for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) / 255;
      return { images: { shape: [count, height, width, channels], data } };
    },
  };
}

export function vertexExamples(population: GraphPopulation): Examples {
  const { vertices, labels, clusters, factors } = population;
  return {
    count: vertices,
    labels,
    clusters,
    ...(factors.domain && { domains: factors.domain }),
    block: (start, count) =>
      vertexFeeds(
        population,
        Int32Array.from({ length: count }, (_, i) => start + i),
      ),
  };
}

/** `images` [count, …] and `vertices` [count] of the vertices named. */
export function vertexFeeds({ shape, inputs }: GraphPopulation, vertices: Int32Array): Feeds {
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const data = new Float32Array(vertices.length * size);
  for (const [row, vertex] of vertices.entries()) {
    data.set(inputs.subarray(vertex * size, (vertex + 1) * size), row * size);
  }
  return {
    images: { shape: [vertices.length, height, width, channels], data },
    vertices: { shape: [vertices.length], data: vertices },
  };
}
