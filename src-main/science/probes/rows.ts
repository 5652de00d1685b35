/** Some of a set's examples, and features of length 1. */
import type { FeatureSet } from '../definition.ts';

/** At most `limit` examples at even distances, so that a set sorted by class keeps every class. */
export function thinned(set: FeatureSet, limit: number): FeatureSet {
  const count = set.labels.length;
  if (count <= limit) return set;
  return rowsAt(
    set,
    Int32Array.from({ length: limit }, (_, i) => Math.floor((i * count) / limit)),
  );
}

/** The examples at these places, in their order. */
export function rowsAt({ width, features, labels, clusters }: FeatureSet, places: Int32Array): FeatureSet {
  const rows = new Float32Array(places.length * width);
  for (const [i, row] of places.entries()) {
    rows.set(features.subarray(row * width, (row + 1) * width), i * width);
  }
  const of = (values: Int32Array): Int32Array => places.map((row) => values[row] as number);
  return { width, features: rows, labels: of(labels), ...(clusters && { clusters: of(clusters) }) };
}

/** Rows scaled to length 1, [count × width]; a zero row stays zero. */
export function unitLength({ features, width }: FeatureSet): Float32Array {
  const unit = new Float32Array(features.length);
  for (let start = 0; start < features.length; start += width) {
    let squares = 0;
    for (let j = 0; j < width; j++) squares += (features[start + j] as number) ** 2;
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let j = 0; j < width; j++) unit[start + j] = (features[start + j] as number) * factor;
  }
  return unit;
}
