/** What the model will see: images of the run's first batch, each with its two views. */
import type { Preview } from '#contract/host.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { loadSource } from './source.ts';

const shown = 6;

export async function preview(spec: ContrastiveRunSpec): Promise<Preview> {
  const { shape, classes, train, plainViews } = await loadSource(spec);
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const bytes = (of: Float32Array, row: number) =>
    Uint8Array.from(of.subarray(row * size, (row + 1) * size), (value) => Math.round(255 * value));
  if (!plainViews) return { kind: 'images', height, width, channels, examples: [] };
  const { originals, views } = plainViews.at(0);
  const examples = [...plainViews.indices(0).subarray(0, shown)].map((image, row) => ({
    label: classes[train.labels[image] as number] as string,
    original: bytes(originals, row),
    views: [bytes(views, row), bytes(views, spec.batchSize + row)],
  }));
  return { kind: 'images', height, width, channels, examples };
}
