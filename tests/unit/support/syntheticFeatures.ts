/** Features as a trained encoder gives them: a cloud for each class, with noise that is correlated between features. */
import { type Stream, stream } from '#engine/random.ts';
import type { FeatureSet, ProbeTask } from '#science/definition.ts';

export interface SyntheticOptions {
  readonly classes: number;
  readonly width: number;
  readonly train: number;
  readonly test: number;
  /** Deviation of the noise; class means are standard normal. */
  readonly noise: number;
}

export function syntheticTask(options: SyntheticOptions, seed: number): ProbeTask {
  const { classes, width } = options;
  const random = stream(seed, 'synthetic');
  const normals = (rows: number): number[][] =>
    Array.from({ length: rows }, () => Array.from({ length: width }, () => random.normal()));
  const [means, mixing] = [normals(classes), normals(width)];
  const draw = (count: number): FeatureSet => clouds(count, means, mixing, options.noise, random);
  return { id: '', classes, train: draw(options.train), test: draw(options.test) };
}

function clouds(
  count: number,
  means: readonly number[][],
  mixing: readonly number[][],
  noise: number,
  random: Stream,
): FeatureSet {
  const width = mixing.length;
  const labels = Int32Array.from({ length: count }, () => random.integer(means.length));
  const features = new Float32Array(count * width);
  for (const [i, label] of labels.entries()) {
    const white = Array.from({ length: width }, () => random.normal());
    for (const [j, row] of mixing.entries()) {
      const mixed = row.reduce((sum, entry, k) => sum + entry * (white[k] ?? 0), 0) / Math.sqrt(width);
      features[i * width + j] = (means[label]?.[j] ?? 0) + noise * ((white[j] ?? 0) + mixed / 2);
    }
  }
  return { width, features, labels };
}
