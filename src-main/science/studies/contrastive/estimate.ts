/** Wall time and disk of a contrastive run, from measured rates. */
import { type Interval, timetable } from '#contract/interval.ts';
import type { ContrastiveRunSpec, Estimate } from '#contract/spec.ts';
import { type Parameters, ShapesOnly } from '#engine/parameters.ts';
import { chosen } from '../../choice.ts';
import type { ContrastiveDataset, ImageShape, InputShape } from '../../definition.ts';
import { flatnessCost } from '../flatness.ts';
import { optimizerCost } from '../optimizerCost.ts';
import { datasets } from './components.ts';
import { buildModel } from './model.ts';

/**
 * Seconds for one view in training, for each of its activations and for each multiply-add: fitted to the
 * processor time of captured steps of four encoders (8 and 16 channels, 3 and 4 stages, perceptron; 32 and
 * 128 pairs), times 0.65 for what two cores share. The processor was busy with other work meanwhile, so
 * that the rates are rather too slow than too fast.
 */
const perView = 2.5e-5;
const perActivation = 1.6e-8;
const perProduct = 3.3e-11;
/** Seconds a step that do not depend on the batch. */
const perStep = 0.004;

/** The share of a step's time that a pass without gradients takes, and how many times a step's a product with the Hessian. */
const forwardShare = 0.35;
const productShare = 2.5;

export function estimate(spec: ContrastiveRunSpec): Estimate {
  const outline = outlineOf(spec);
  const parameters = shapesOf(spec, outline);
  const viewCost = costOfView(parameters, outline);
  const measured = (every: Interval): number => timetable(every, spec.steps).count;
  // Once more at the end, for the untrained encoder.
  const probed = (every: Interval): number => measured(every) + 1;

  const { gradients, slots } = optimizerCost(spec.optimizer);
  const training = spec.steps * (perStep + gradients * 2 * spec.batchSize * viewCost);
  const encodings = Math.max(0, ...spec.probes.map(({ every }) => probed(every)));
  const images = outline.examples;
  const probing =
    encodings * images * viewCost * forwardShare +
    spec.probes.reduce((sum, { every }) => sum + probed(every) * perProbe(images), 0);
  const flatness = spec.flatness
    ? measured(spec.flatness.every) * perMeasure(flatnessCost(spec.flatness, parameters.count), viewCost)
    : 0;

  const checkpoints = measured(spec.checkpointEvery);
  const points = (spec.steps / spec.logEvery) * 4;
  return {
    seconds: 3 + training + probing + flatness,
    bytes: checkpoints * (1 + slots) * 4 * parameters.count + points * 16,
  };
}

/** What the data will be, and how many examples probes see, without loading them. */
export function outlineOf(
  spec: ContrastiveRunSpec,
): InputShape & { readonly classes: number; readonly examples: number } {
  const { definition, params } = chosen<ContrastiveDataset>(datasets, spec.data, 'data');
  if (definition.of === 'graph') {
    const outline = definition.outline(params);
    return { ...outline, examples: outline.vertices };
  }
  const { trainCount, testCount, ...shape } = definition.outline(params);
  return { ...shape, examples: trainCount + testCount };
}

export function shapesOf(
  spec: ContrastiveRunSpec,
  shape: InputShape & { readonly classes: number },
): Parameters {
  return buildModel(spec, shape, () => new ShapesOnly()).parameters;
}

/** Seconds to train on one view. */
function costOfView(parameters: Parameters, shape: ImageShape): number {
  let products = 0;
  let activations = 0;
  let places = shape.height * shape.width;
  for (const { shape: sides, size } of parameters.all.values()) {
    const outputs = sides.at(-1) ?? 1;
    // Every convolution has stride 2, so its kernel is applied at a quarter of the places before it.
    if (sides.length === 4) places = Math.ceil(places / 4);
    if (sides.length === 4) products += size * places;
    if (sides.length === 4) activations += outputs * places;
    if (sides.length === 2) products += size;
    if (sides.length === 2) activations += outputs;
  }
  return perView + products * perProduct + activations * perActivation;
}

/** Seconds of a probe on features that are known: about five for 70,000 images. */
function perProbe(images: number): number {
  return images * 7e-5;
}

/** Products with the curvature matrix on its fixed batches, and a second to record the first. */
function perMeasure(cost: ReturnType<typeof flatnessCost>, viewCost: number): number {
  return 1 + cost.products * productShare * (perStep + 2 * cost.examples * viewCost);
}
