/** What the model will see: images of the run's first batch, each with its two views. */
import type { Preview } from '#contract/host.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { loadPairs } from './build.ts';

const shown = 6;

export async function preview(spec: ContrastiveRunSpec): Promise<Preview> {
  const { data, pairs } = await loadPairs(spec);
  const { height, width, channels, train, classes } = data;
  const size = height * width * channels;
  const views = pairs.plainViews(0);
  const viewOf = (row: number) =>
    Uint8Array.from(views.subarray(row * size, (row + 1) * size), (value) => Math.round(255 * value));
  const examples = [...pairs.indices(0).subarray(0, shown)].map((image, i) => ({
    label: classes[train.labels[image] as number] as string,
    original: train.pixels.slice(image * size, (image + 1) * size),
    views: [viewOf(i), viewOf(spec.batchSize + i)],
  }));
  return { kind: 'images', height, width, channels, examples };
}
