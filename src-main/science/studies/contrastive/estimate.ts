/** Wall time and disk of a contrastive run, from rates measured on an idle two-core machine. */
import type { ContrastiveRunSpec, Estimate } from '#contract/spec.ts';
import { type Parameters, ShapesOnly } from '#engine/parameters.ts';
import { chosen } from '../../choice.ts';
import type { ImageShape } from '../../definition.ts';
import { datasets } from './components.ts';
import { buildModel } from './model.ts';

/**
 * Seconds for one multiply-add and for one activation of a view, forward and backward. Fitted to runs of
 * the convolutional encoder of 16 and 32 channels, 128 and 256 pairs, under eager TensorFlow.
 */
const perProduct = 1e-10;
const perActivation = 1e-8;
/** Seconds a step that do not depend on the batch: about 250 operations. */
const perStep = 0.006;

/** The share of a step's time that a pass without gradients takes. */
const forwardShare = 0.3;

export function estimate(spec: ContrastiveRunSpec): Estimate {
  const dataset = chosen(datasets, spec.data, 'data');
  const outline = dataset.definition.outline(dataset.params);
  const parameters = shapesOf(spec, outline);
  const perView = costOfView(parameters, outline);
  const measured = (every: number): number => Math.ceil(spec.steps / every);

  const training = spec.steps * (perStep + 2 * spec.batchSize * perView);
  const encodings = Math.max(0, ...spec.probes.map(({ every }) => measured(every)));
  const images = outline.trainCount + outline.testCount;
  const probing =
    encodings * images * perView * forwardShare +
    spec.probes.reduce((sum, { every }) => sum + measured(every) * perProbe(images), 0);
  const flatness = spec.flatness ? measured(spec.flatness.every) * perTrace(spec.flatness, perView) : 0;

  // Weights and, for either optimizer, one or two numbers beside each.
  const slots = spec.optimizer.id === 'adamw' ? 3 : 2;
  const checkpoints = measured(spec.checkpointEvery);
  const points = (spec.steps / spec.logEvery) * 4;
  return {
    seconds: 3 + training + probing + flatness,
    bytes: checkpoints * slots * 4 * parameters.count + points * 16,
  };
}

export function shapesOf(spec: ContrastiveRunSpec, shape: ImageShape): Parameters {
  const parameters = new ShapesOnly();
  buildModel(spec, shape, parameters);
  return parameters;
}

/** Seconds to train on one view. */
function costOfView(parameters: Parameters, shape: ImageShape): number {
  let products = 0;
  let activations = 0;
  let places = shape.height * shape.width;
  for (const weight of parameters.all.values()) {
    const outputs = weight.shape.at(-1) ?? 1;
    // Every convolution has stride 2, so its kernel is applied at a quarter of the places before it.
    if (weight.rank === 4) places = Math.ceil(places / 4);
    if (weight.rank === 4) products += weight.size * places;
    if (weight.rank === 4) activations += outputs * places;
    if (weight.rank === 2) products += weight.size;
    if (weight.rank === 2) activations += outputs;
  }
  return products * perProduct + activations * perActivation;
}

/** Seconds of one linear or nearest-neighbour probe: both go once over all pairs of features and classes. */
function perProbe(images: number): number {
  return images * 7e-5;
}

/** Two gradients for each of the trace's probes on its fixed batch. */
function perTrace(flatness: NonNullable<ContrastiveRunSpec['flatness']>, perView: number): number {
  const number = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise;
  const probes = number(flatness.probes, 8);
  const batchSize = number(flatness.batchSize, 128);
  return 2 * probes * (perStep + 2 * batchSize * perView);
}
