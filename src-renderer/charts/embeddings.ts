/** Embeddings that the probe `embedding` has found at checkpoints, as dots of one square picture each. */
import { embeddingDetail } from '#contract/embedding.ts';
import type { Comparison } from '#contract/host.ts';

/** Side of a picture in its own units, and what is left free at each edge. */
export const side = 100;
const margin = 4;

export interface Dots {
  /** A class, or a cluster of the graph. */
  readonly part: number;
  /** SVG path of strokes without length, a dot each. */
  readonly path: string;
  /** Where its name stands: the median of its dots. */
  readonly x: number;
  readonly y: number;
}
export interface Picture {
  readonly method: string;
  readonly count: number;
  readonly trustworthiness: number;
  readonly dots: readonly Dots[];
}
export interface EmbeddingGroup {
  /** The measurement's name without what says that it was asked for outside of the run. */
  readonly id: string;
  readonly title: string;
  /** Of each checkpoint, null where it has none. */
  readonly pictures: readonly (Picture | null)[];
}

/** One group for each task, and for the untrained encoder; none where no checkpoint has a picture. */
export function embeddingGroups(checkpoints: Comparison['checkpoints']): EmbeddingGroup[] {
  const columns = checkpoints.map(({ measurements, step }) => {
    const own = new Map<string, Picture>();
    // What was asked for comes after what the run measured, and takes its place.
    for (const { name, value, detail, step: at } of measurements) {
      const id = name.replace('/measured/', '/');
      if (!id.startsWith('embedding/trustworthiness') || at !== step) continue;
      const parsed = embeddingDetail.safeParse(detail);
      if (parsed.success) own.set(id, pictureOf(parsed.data, value));
    }
    return own;
  });
  const ids = [...new Set(columns.flatMap((own) => [...own.keys()]))];
  return ids.map((id) => ({
    id,
    title: titleOf(id),
    pictures: columns.map((own) => own.get(id) ?? null),
  }));
}

function titleOf(id: string): string {
  const [, which = '', task] = id.split('/');
  return [
    'Embedding',
    ...(task ? [`task ${task}`] : []),
    ...(which.endsWith('_untrained') ? ['untrained'] : []),
  ].join(', ');
}

type Coordinates = readonly (readonly [number, number])[];

/** Both axes have one scale: distances are the same in every direction. */
function pictureOf(
  { coordinates, labels, method }: { coordinates: Coordinates; labels: readonly number[]; method: string },
  trustworthiness: number,
): Picture {
  const [xs, ys] = [coordinates.map(([x]) => x), coordinates.map(([, y]) => y)];
  const [middleX, middleY] = [middle(xs), middle(ys)];
  const half = Math.max(extent(xs), extent(ys)) / 2 || 1;
  const scale = (side / 2 - margin) / half;
  const placed = coordinates.map(([x, y]) => ({
    x: round(side / 2 + (x - middleX) * scale),
    // Upwards, as charts have it.
    y: round(side / 2 - (y - middleY) * scale),
  }));
  const dots = [...new Set(labels)]
    .sort((a, b) => a - b)
    .map((part): Dots => {
      const own = placed.filter((_, i) => labels[i] === part);
      const path = own.map(({ x, y }) => `M${x} ${y}h0`).join('');
      return { part, path, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) };
    });
  return { method, count: coordinates.length, trustworthiness, dots };
}

function middle(values: readonly number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}

function extent(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const below = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const above = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return (below + above) / 2;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
