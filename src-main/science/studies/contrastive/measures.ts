/** What a contrastive run measures beside its loss: probes on frozen features, and the truth about a graph. */

import { BasinError } from '#contract/error.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { permutation, stream } from '#engine/random.ts';
import type { Tensor1D, Tensor2D, Tensor4D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type {
  AskedViews,
  AugmentedImages,
  EncoderInput,
  FeatureSet,
  GraphEvaluation,
  ImageEvaluation,
  Measured,
  ProbeTask,
  SampledViews,
} from '../../definition.ts';
import { probed } from '../probed.ts';
import type { Measure } from '../training.ts';
import { evaluations, probes } from './components.ts';
import type { Examples } from './examples.ts';
import type { ContrastiveModel } from './model.ts';
import type { Source } from './source.ts';

/** Examples that are encoded at once. */
const block = 500;
/** Pairs of views for probes that ask for them, always the same. */
const pairsProbed = 500;

export interface Encoding {
  /** Features of both sets at the weights of the moment; kept until `changed`. */
  task(): ProbeTask;
  /** Projections of what probes are judged on, [count, projectionWidth], row-major. */
  projections(): Float32Array;
  /** The weights have moved: what was encoded is out of date. */
  changed(): void;
  dispose(): void;
}

export function encoding(
  source: Source,
  model: ContrastiveModel,
  engine: Engine,
  fineTuned?: ProbeTask['fineTuned'],
): Encoding {
  const program = (name: string, of: (input: EncoderInput) => Tensor2D) =>
    engine.compile(name, ({ images, vertices }) => ({
      rows: of({ images: images as Tensor4D, vertices: vertices as Tensor1D | undefined }),
    }));
  const features = program('features', model.features);
  const projections = program('projections', model.project);
  const rowsOf = (from: typeof features, { count, block: feeds }: Examples, width: number): Float32Array => {
    const rows = new Float32Array(count * width);
    for (let start = 0; start < count; start += block) {
      rows.set(from.run(feeds(start, Math.min(block, count - start))).rows, start * width);
    }
    return rows;
  };
  const encode = (from: typeof features, width: number, examples: Examples): FeatureSet => {
    const { labels, clusters, domains, labelled } = examples;
    return {
      ...{ width, features: rowsOf(from, examples, width), labels },
      ...(clusters && { clusters }),
      ...(domains && { domains }),
      ...(labelled && { labelled }),
    };
  };
  const bothSets = (from: typeof features, width: number) => {
    const train = encode(from, width, source.train);
    const test = source.test === source.train ? train : encode(from, width, source.test);
    return { train, test };
  };
  const ofPairs = engine.compile('features of pairs', (batch) => ({
    rows: model.features(source.pairs.views(batch)),
  }));
  const pairs = () => {
    const width = model.featureWidth;
    const count = Math.min(pairsProbed, source.train.count);
    const { rows } = ofPairs.run(source.pairs.fixed(count));
    const size = count * width;
    return { width, first: rows.subarray(0, size), second: rows.subarray(size, 2 * size) };
  };
  const sampled = source.augmented && viewSampler(source.augmented.test, model, engine);
  let known: ProbeTask | undefined;
  return {
    task() {
      if (!known) {
        known = {
          ...{ id: '', classes: source.classes.length, ...bothSets(features, model.featureWidth) },
          ...{ pairs, projections: () => bothSets(projections, model.projectionWidth) },
          ...(sampled && { sampledViews: sampled.views }),
          ...(fineTuned && { fineTuned }),
        };
      }
      return known;
    },
    projections: () => rowsOf(projections, source.test, model.projectionWidth),
    changed() {
      known = undefined;
    },
    dispose() {
      features.dispose();
      projections.dispose();
      ofPairs.dispose();
      sampled?.dispose();
    },
  };
}

/** Single views of originals, drawn by a seed of their own, and what `model` makes of them. */
function viewSampler(originals: AugmentedImages, model: ContrastiveModel, engine: Engine) {
  const program = engine.compile('sampled views', (batch) => {
    const images = originals.views(batch);
    const input = { images, vertices: undefined };
    return { views: images, features: model.features(input), projections: model.project(input) };
  });
  return {
    views({ images: most, each, seed }: AskedViews): SampledViews {
      const order = permutation(stream(seed, 'probe/originals'), originals.labels.length).subarray(0, most);
      const places = Int32Array.from(
        { length: order.length * each },
        (_, x) => order[Math.floor(x / each)] as number,
      );
      const blocks = Array.from({ length: Math.ceil(places.length / block) }, (_, i) =>
        program.run(
          originals.batch(places.subarray(i * block, (i + 1) * block), stream(seed, 'probe/views', i)),
        ),
      );
      const all = (name: 'views' | 'features' | 'projections') => joined(blocks.map((one) => one[name]));
      return {
        ...{ images: order.length, each, views: all('views') },
        ...{ features: all('features'), featureWidth: model.featureWidth },
        ...{ projections: all('projections'), projectionWidth: model.projectionWidth },
      };
    },
    dispose: () => program.dispose(),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Measures of the projections against the graph that the data are, or of the images themselves. @throws BasinError `bad-input` where the data are of the other kind */
export function evaluationMeasures(
  spec: ContrastiveRunSpec,
  { population, augmented }: Source,
  model: ContrastiveModel,
  encoded: Encoding,
  engine: Engine,
): { readonly measures: readonly Measure[]; readonly references: Readonly<Record<string, number>> } {
  const references: Record<string, number> = {};
  const measures = spec.evaluations.map((choice, i): Measure => {
    const path = `evaluations.${i}`;
    const { definition, params } = chosen<GraphEvaluation | ImageEvaluation>(evaluations, choice, path);
    const measure = (run: () => readonly Measured[]): Measure => ({
      activity: definition.title.toLowerCase(),
      every: choice.every,
      run,
    });
    if (definition.of === 'images') {
      if (!augmented) throw unfit(path, `${definition.id} is of images, and the data are a graph`, 'images');
      definition.check(augmented, params);
      let found: readonly Measured[] | undefined;
      return measure(() => {
        found ??= definition.measure(
          params,
          augmented,
          engine,
          stream(spec.seed, `evaluation/${definition.id}`),
        );
        return found;
      });
    }
    if (!population) {
      throw unfit(
        path,
        `${definition.id} compares with a graph that is known, and the data are images`,
        'a graph',
      );
    }
    const prepared = definition.prepare(params, population, spec.loss, model.projectionWidth);
    Object.assign(references, prepared.references);
    return measure(() => prepared.measure(encoded.projections()));
  });
  return { measures, references };
}

function unfit(path: string, why: string, data: string): BasinError {
  return new BasinError('bad-input', `Setting ${path}: ${why}. Remove it, or take ${data} as data.`, path);
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
    const measured = (step: number, task: ProbeTask, ending: string): readonly Measured[] =>
      probed(definition, params, task, engine, stream(spec.seed, `probe/${id}`, step), ending);
    return {
      activity: definition.title.toLowerCase(),
      every: choice.every,
      run: (step) => measured(step, encoded.task(), ''),
      atEnd: (step) => measured(step, untrained().task(), '_untrained'),
    };
  });
}
