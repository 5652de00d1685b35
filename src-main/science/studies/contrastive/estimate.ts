/** Wall time and disk of a contrastive run, from measured rates. */
import { type Interval, timetable } from '#contract/interval.ts';
import type { ContrastiveRunSpec, Estimate } from '#contract/spec.ts';
import { ShapesOnly } from '#engine/parameters.ts';
import { chosen } from '../../choice.ts';
import type {
  ContrastiveDataset,
  GraphEvaluation,
  ImageEvaluation,
  InputShape,
  MeasureCost,
} from '../../definition.ts';
import { flatnessCost } from '../flatness.ts';
import { optimizerCost } from '../optimizerCost.ts';
import { datasets, evaluations, probes } from './components.ts';
import { buildModel, type ContrastiveModel } from './model.ts';
import { smallViewsAsked } from './source.ts';

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
  const model = shapesOf(spec, outline);
  const viewCost = costOfView(model, outline.vertices === undefined);
  const { parameters } = model;
  const measured = (every: Interval): number => timetable(every, spec.steps).count;
  // Once more at the end, for the untrained encoder.
  const probed = (every: Interval): number => measured(every) + 1;

  const { gradients, slots } = optimizerCost(spec.optimizer);
  const whole = spec.pairs === 'population';
  const views = whole ? outline.examples : (2 + smallViewsAsked(spec).count) * spec.batchSize;
  const pairing = whole ? outline.examples ** 2 * model.projectionWidth * perProduct : 0;
  // A momentum target sees every view, too, without gradients.
  const seen = views * (hasTarget(model) ? 1 + forwardShare : 1);
  const training = spec.steps * (perStep + gradients * (seen * viewCost + pairing));
  const encodings = Math.max(0, ...spec.probes.map(({ every }) => probed(every)));
  const images = outline.examples;
  const sizes = {
    ...{ train: outline.train, test: outline.test, width: model.featureWidth },
    pixels: outline.height * outline.width * outline.channels,
  };
  const probing =
    encodings * images * viewCost * forwardShare +
    spec.probes.reduce((sum, choice, i) => {
      const { definition, params } = chosen(probes, choice, `probes.${i}`);
      const own = secondsOf(definition.cost?.(params, sizes) ?? {}, spec.batchSize, viewCost);
      return sum + probed(choice.every) * (perProbe(images) + own);
    }, 0);
  // Measured once, whatever has been learnt.
  const evaluating = spec.evaluations.reduce((sum, choice, i) => {
    const { definition, params } = chosen<GraphEvaluation | ImageEvaluation>(
      evaluations,
      choice,
      `evaluations.${i}`,
    );
    if (definition.of !== 'images') return sum;
    return sum + secondsOf(definition.cost?.(params, sizes) ?? {}, spec.batchSize, viewCost);
  }, 0);
  const flatness = spec.flatness
    ? measured(spec.flatness.every) * perMeasure(flatnessCost(spec.flatness, parameters.count), viewCost)
    : 0;

  const checkpoints = measured(spec.checkpointEvery);
  const points = (spec.steps / spec.logEvery) * 4;
  return {
    seconds: 3 + training + probing + evaluating + flatness,
    bytes: checkpoints * (1 + slots) * 4 * parameters.count + points * 16,
  };
}

/** What the data will be, and how many examples probes see, without loading them. */
export function outlineOf(spec: ContrastiveRunSpec): InputShape & {
  readonly classes: number;
  readonly examples: number;
  readonly train: number;
  readonly test: number;
} {
  const { definition, params } = chosen<ContrastiveDataset>(datasets, spec.data, 'data');
  if (definition.of === 'graph') {
    const outline = definition.outline(params);
    const { vertices } = outline;
    return { ...outline, examples: vertices, train: vertices, test: vertices };
  }
  const { trainCount, testCount, ...shape } = definition.outline(params);
  return { ...shape, examples: trainCount + testCount, train: trainCount, test: testCount };
}

export function shapesOf(
  spec: ContrastiveRunSpec,
  shape: InputShape & { readonly classes: number },
): Pick<ContrastiveModel, 'parameters' | 'state' | 'featureWidth' | 'projectionWidth' | 'encoderCost'> {
  return buildModel(spec, shape, () => new ShapesOnly());
}

/**
 * Seconds to train on one view. Where the encoder does not say what it costs, each weight is used once. Vertices
 * of a graph are looked up, where images are augmented.
 */
function costOfView({ parameters, encoderCost }: ReturnType<typeof shapesOf>, augmented: boolean): number {
  let { products, activations } = encoderCost ?? { products: 0, activations: 0 };
  for (const [name, { shape, size }] of parameters.all) {
    const counted = encoderCost !== undefined && name.startsWith('encoder/');
    if (shape.length !== 2 || counted) continue;
    products += size;
    activations += shape.at(-1) ?? 1;
  }
  return (augmented ? perView : 0) + products * perProduct + activations * perActivation;
}

/** Seconds of a probe on features that are known: about five for 70,000 images. */
function perProbe(images: number): number {
  return images * 7e-5;
}

function hasTarget({ state }: ReturnType<typeof shapesOf>): boolean {
  return [...state.keys()].some((name) => name.startsWith('target/'));
}

/** Seconds for one multiply-add in JavaScript. */
const perPlainProduct = 1.2e-9;
/** Seconds for a view in training of the three small convolutions that tell groups apart: by the rates above, in batches of 64. */
const perSmallView = 1.4e-4;

function secondsOf(cost: MeasureCost, batchSize: number, viewCost: number): number {
  const { steps = 0, views = 0, smallViews = 0, products = 0 } = cost;
  return (
    steps * (perStep + 2 * batchSize * viewCost) +
    views * viewCost * forwardShare +
    smallViews * perSmallView +
    products * perPlainProduct
  );
}

/** Products with the curvature matrix on its fixed batches, and a second to record the first. */
function perMeasure(cost: ReturnType<typeof flatnessCost>, viewCost: number): number {
  return 1 + cost.products * productShare * (perStep + 2 * cost.examples * viewCost);
}
