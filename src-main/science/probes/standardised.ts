/** Features with mean 0 and deviation 1 over the training set. */
import type { FeatureSet, ProbeTask } from '../definition.ts';
import { meanOf } from './covariance.ts';

/** Both sets scaled as the training set asks for. */
export function standardisedTask<T extends Pick<ProbeTask, 'train' | 'test'>>(task: T): T {
  const scaling = scalingOf(task.train);
  const scaled = (set: FeatureSet): FeatureSet => ({ ...set, features: standardised(set, scaling) });
  return { ...task, train: scaled(task.train), test: scaled(task.test) };
}

interface Scaling {
  readonly mean: Float64Array;
  /** 1 / standard deviation, 0 for a constant feature. */
  readonly factor: Float64Array;
}

function scalingOf(set: FeatureSet): Scaling {
  const { features, width } = set;
  const count = features.length / width;
  const mean = meanOf(set);
  const factor = new Float64Array(width);
  for (let i = 0; i < features.length; i += width) {
    for (let j = 0; j < width; j++) {
      factor[j] = (factor[j] as number) + ((features[i + j] as number) - (mean[j] as number)) ** 2 / count;
    }
  }
  for (let j = 0; j < width; j++) {
    // Rounding of the mean alone gives a constant feature a deviation of about 1e-7 of its size.
    const deviation = Math.sqrt(factor[j] as number);
    factor[j] = deviation > 1e-6 * Math.abs(mean[j] as number) && deviation > 0 ? 1 / deviation : 0;
  }
  return { mean, factor };
}

/** [count × width], row-major. */
function standardised({ features, width }: FeatureSet, { mean, factor }: Scaling): Float32Array {
  const scaled = new Float32Array(features.length);
  for (let i = 0; i < features.length; i += width) {
    for (let j = 0; j < width; j++) {
      scaled[i + j] = ((features[i + j] as number) - (mean[j] as number)) * (factor[j] as number);
    }
  }
  return scaled;
}
