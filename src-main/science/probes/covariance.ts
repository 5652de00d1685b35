/** Second moments of features, in double precision. */
import type { FeatureSet } from '../definition.ts';

export function meanOf({ features, width, labels }: FeatureSet): Float64Array {
  const mean = new Float64Array(width);
  for (let start = 0; start < features.length; start += width) {
    for (let j = 0; j < width; j++) {
      mean[j] = (mean[j] as number) + (features[start + j] as number) / labels.length;
    }
  }
  return mean;
}

/** The lower triangle of (1/n) Σ (x − centre)(x − centre)ᵀ, [width, width], row-major. */
export function secondMoments({ features, width, labels }: FeatureSet, centre: Float64Array): Float64Array {
  const moments = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let start = 0; start < features.length; start += width) {
    for (let j = 0; j < width; j++) row[j] = (features[start + j] as number) - (centre[j] as number);
    for (let i = 0; i < width; i++) {
      const value = row[i] as number;
      // Rectified features are zero half of the time.
      if (value === 0) continue;
      const line = moments.subarray(i * width, i * width + i + 1);
      for (let j = 0; j <= i; j++) line[j] = (line[j] as number) + value * (row[j] as number);
    }
  }
  for (let at = 0; at < moments.length; at++) moments[at] = (moments[at] as number) / labels.length;
  return moments;
}
