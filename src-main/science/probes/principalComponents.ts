/** Principal component analysis to few dimensions, without the covariance matrix. */
import type { Stream } from '#engine/random.ts';
import type { FeatureSet } from '../definition.ts';
import { extremeEigenvalues } from '../linalg/extremeEigenvalues.ts';
import { addScaled, dot } from '../linalg/vectors.ts';
import { meanOf } from './covariance.ts';

/**
 * Coordinates [n, dimensions] along the directions of largest variance, each turned so that its largest entry is
 * positive; zeros where the features have fewer dimensions.
 */
export function principalComponents(set: FeatureSet, dimensions: number, random: Stream): Float64Array {
  const { features, width, labels } = set;
  const mean = meanOf(set);
  const rows = Array.from(labels, (_, i) =>
    Float64Array.from(mean, (centre, j) => (features[i * width + j] as number) - centre),
  );
  const covariance = {
    size: width,
    matvec(vector: Float64Array | Float32Array) {
      const product = new Float64Array(width);
      for (const row of rows) addScaled(product, dot(row, vector) / rows.length, row);
      return product;
    },
  };
  const { vectors } = extremeEigenvalues(covariance, dimensions, random, { tolerance: 1e-7 });
  const coordinates = new Float64Array(rows.length * dimensions);
  for (const [c, vector] of vectors.entries()) {
    const largest = vector.reduce((most, entry) => (Math.abs(entry) > Math.abs(most) ? entry : most), 0);
    for (const [i, row] of rows.entries()) {
      coordinates[i * dimensions + c] = dot(row, vector) * (largest < 0 ? -1 : 1);
    }
  }
  return coordinates;
}
