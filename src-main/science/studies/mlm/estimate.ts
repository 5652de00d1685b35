/** Wall time and disk of an MLM run, from rates measured on a two-core machine under the captured engine. */
import type { ScheduledChoice } from '#contract/component.ts';
import { type Interval, timetable } from '#contract/interval.ts';
import type { Estimate, MlmRunSpec } from '#contract/spec.ts';
import { type Parameters, ShapesOnly } from '#engine/parameters.ts';
import { chosen } from '../../choice.ts';
import { flatnessCost } from '../flatness.ts';
import { optimizerCost } from '../optimizerCost.ts';
import { adversarySettings } from './adversary.ts';
import { datasets } from './components.ts';
import { enlarged } from './landscape.ts';
import { buildModel } from './model.ts';
import { takesStepsTogether } from './stepsTogether.ts';
import { type Tokens, tokensOf } from './tokens.ts';

/**
 * Seconds of training for one weight of one token, and for one number of one token between two layers,
 * both passes together. From 60 ms a step with 2,560 tokens of width 64 in 3 layers, and 360 ms with 4,080
 * tokens of width 128 in 4 layers.
 */
const perProduct = 7.3e-11;
const perActivation = 2e-9;
/** Seconds a step that do not depend on the batch; and where several steps are one call. */
const perStep = 0.008;
const perStepTogether = 0.0015;
/** The share of a step's time that a pass without gradients takes. */
const forwardShare = 0.3;
/** Seconds to label one sentence with one task, and to know all its conditionals. */
const perLabel = 2e-4;
const perSentence = 5e-4;
/** Seconds of a linear probe for one feature of one sentence, all iterations together. */
const perFeature = 2e-7;

export function estimate(spec: MlmRunSpec): Estimate {
  const { tokens, parameters } = shapesOf(spec);
  const perToken = costOfToken(parameters);
  const perSequence = tokens.length * perToken;
  const measured = (every: Interval): number => timetable(every, spec.steps).count;

  const { gradients, slots } = optimizerCost(spec.optimizer);
  // Whole sentences beside the masked ones, as many, from where the adversary begins.
  const adversary = adversarySettings(spec);
  const doubled = adversary ? Math.max(0, spec.steps - adversary.begin) : 0;
  const single = takesStepsTogether(spec, parameters.count, tokens) ? perStepTogether : perStep;
  const training = spec.steps * single + (spec.steps + doubled) * gradients * spec.batchSize * perSequence;
  const evaluating = spec.evaluations.reduce((sum, choice) => {
    const sentences = numberOf(choice.sentences, 200);
    const each = sentences * (tokens.length - 2) * perSequence * forwardShare;
    return sum + sentences * perSentence + measured(choice.every) * each;
  }, 0);
  const { train, validation, test, pooling } = spec.downstream;
  const sentences = train + test;
  const tasks = 3;
  const width = (pooling === 'mean' ? 1 : tokens.length) * widthOf(parameters);
  const tuning = spec.probes.reduce(
    (sum, { every, epochs }) =>
      sum + (measured(every) + 1) * numberOf(epochs, 0) * train * tasks * perSequence,
    0,
  );
  const oneProbe = sentences * (perSequence * forwardShare + tasks * width * perFeature);
  const probing =
    (spec.probes.length > 0 ? (sentences + validation) * tasks * perLabel : 0) +
    // Once more at the end, for the untrained encoder.
    tuning +
    spec.probes.reduce((sum, { every }) => sum + (measured(every) + 1) * oneProbe, 0);

  const points = (spec.steps / spec.logEvery) * 2;
  const flatness = spec.flatness
    ? measured(spec.flatness.every) * perFlatness(spec, spec.flatness, parameters.count, perSequence)
    : 0;
  return {
    seconds: 4 + training + evaluating + probing + flatness,
    bytes: measured(spec.checkpointEvery) * (1 + slots) * 4 * parameters.count + points * 16,
  };
}

/** The model's weights without their numbers. */
export function shapesOf(spec: MlmRunSpec): { readonly tokens: Tokens; readonly parameters: Parameters } {
  const dataset = chosen(datasets, spec.data, 'data');
  const tokens = tokensOf(dataset.definition.outline(dataset.params));
  const parameters = new ShapesOnly();
  buildModel(spec, tokens, parameters);
  return { tokens, parameters };
}

/** Seconds to train on one token: every matrix is applied to it once. */
function costOfToken(parameters: Parameters): number {
  let products = 0;
  let activations = 0;
  for (const weight of parameters.all.values()) {
    if (weight.rank === 2) products += weight.size;
    activations += weight.shape.at(-1) ?? 0;
  }
  return products * perProduct + activations * perActivation;
}

function widthOf(parameters: Parameters): number {
  return parameters.all.get('tokens')?.shape.at(-1) ?? 0;
}

/** A product with a curvature matrix takes the time of about five gradients, of the model that it belongs to. */
function perFlatness(spec: MlmRunSpec, choice: ScheduledChoice, size: number, perSequence: number): number {
  const { products, examples, enlarged: larger } = flatnessCost(choice, size);
  const seconds = (sequence: number) => 5 * products * (perStep + examples * sequence);
  if (!larger) return seconds(perSequence);
  const { tokens, parameters } = shapesOf(enlarged(spec, larger).spec);
  return seconds(tokens.length * costOfToken(parameters)) + (larger.plain ? seconds(perSequence) : 0);
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
