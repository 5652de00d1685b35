/** What a contrastive run measures beside its loss: probes on frozen features. */
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { stream } from '#engine/random.ts';
import type { Tensor4D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type { ImageData, ImageSet } from '../../data/images.ts';
import type { FeatureSet, Measured, ProbeTask } from '../../definition.ts';
import type { Measure } from '../training.ts';
import { probes } from './components.ts';
import type { ContrastiveModel } from './model.ts';

/** Images that are encoded at once. */
const block = 500;

export interface Encoding {
  /** Features of both sets at the weights of the moment; kept until `changed`. */
  task(): ProbeTask;
  /** The weights have moved: what was encoded is out of date. */
  changed(): void;
  dispose(): void;
}

export function encoding(data: ImageData, model: ContrastiveModel, engine: Engine): Encoding {
  const program = engine.compile('features', ({ images }) => ({
    features: model.features(images as Tensor4D),
  }));
  const size = data.height * data.width * data.channels;
  const encode = (set: ImageSet): FeatureSet => {
    const width = model.featureWidth;
    const features = new Float32Array(set.count * width);
    for (let start = 0; start < set.count; start += block) {
      const count = Math.min(block, set.count - start);
      const pixels = Float32Array.from(set.pixels.subarray(start * size, (start + count) * size));
      for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] as number) / 255;
      const shape = [count, data.height, data.width, data.channels];
      features.set(program.run({ images: { shape, data: pixels } }).features, start * width);
    }
    return { width, features, labels: Int32Array.from(set.labels) };
  };
  let known: ProbeTask | undefined;
  return {
    task() {
      known ??= { id: '', classes: data.classes.length, train: encode(data.train), test: encode(data.test) };
      return known;
    },
    changed() {
      known = undefined;
    },
    dispose: () => program.dispose(),
  };
}

/**
 * Each probe on the features of the moment and, after the last step, on those of the encoder as it was
 * drawn: random features are far from useless, and what training added is the difference.
 */
export function probeMeasures(
  spec: ContrastiveRunSpec,
  encoded: Encoding,
  untrained: () => Encoding,
  engine: Engine,
): Measure[] {
  return spec.probes.map((choice, i) => {
    const { definition, params } = chosen(probes, choice, `probes.${i}`);
    const { id } = definition;
    const measured = (name: string, step: number, task: ProbeTask): Measured => {
      const random = stream(spec.seed, `probe/${id}`, step);
      const { accuracy, stderr, baseline } = definition.run(params, task, engine, random);
      return { name, value: accuracy, stderr, detail: { baseline } };
    };
    return {
      activity: definition.title.toLowerCase(),
      every: choice.every,
      run(step) {
        const now = measured(`accuracy/${id}`, step, encoded.task());
        if (step < spec.steps) return [now];
        return [now, measured(`accuracy/${id}_untrained`, step, untrained().task())];
      },
    };
  });
}
