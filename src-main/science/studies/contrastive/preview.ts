/** What the model will see: images of the run's first batch with their views, or the graph that is the data. */
import type { Preview } from '#contract/host.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { graphOfPopulation } from '../../graph/graph.ts';
import type { GraphPopulation } from '../../graph/population.ts';
import { drawGraph } from '../../graphLab/drawing.ts';
import { loadSource, type Source } from './source.ts';

const shown = 6;
/** Of a graph: few enough for a picture of 250 pixels. */
const drawn = { vertices: 160, edges: 800 };

export async function preview(spec: ContrastiveRunSpec): Promise<Preview> {
  const source = await loadSource(spec);
  return source.population ? graphPreview(source, source.population) : imagePreview(source, spec.batchSize);
}

function imagePreview({ shape, classes, train, plainViews }: Source, batchSize: number): Preview {
  const { height, width, channels } = shape;
  if (!plainViews) return { kind: 'images', height, width, channels, examples: [] };
  const size = height * width * channels;
  const { originals, views } = plainViews.at(0);
  const examples = [...plainViews.indices(0).subarray(0, shown)].map((image, row) => ({
    label: classes[train.labels[image] as number] as string,
    original: bytes(originals, row, size),
    views: [bytes(views, row, size), bytes(views, batchSize + row, size)],
  }));
  return { kind: 'images', height, width, channels, examples };
}

/** Vertices of one row are vectors, not images. */
function graphPreview({ pairs }: Source, population: GraphPopulation): Preview {
  const { shape, labels, classes, inputs } = population;
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const { vertices } = pairs.batch(0);
  const views = height > 1 && typeof vertices === 'object' ? [...vertices.data] : [];
  const count = views.length / 2;
  return {
    kind: 'graph',
    drawing: drawGraph(population, graphOfPopulation(population), drawn),
    ...{ height, width, channels },
    pairs: views.slice(0, Math.min(shown, count)).map((first, row) => ({
      label: classes[labels[first] as number] as string,
      views: [bytes(inputs, first, size), bytes(inputs, views[count + row] as number, size)],
    })),
  };
}

function bytes(of: Float32Array, row: number, size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(of.subarray(row * size, (row + 1) * size), (value) => Math.round(255 * value));
}
