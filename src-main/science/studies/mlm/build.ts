/** From an MLM spec to a run that is ready to train. */
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Engine, Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { chosen } from '../../choice.ts';
import { optimizers } from '../../components.ts';
import type { Language } from '../../data/language.ts';
import { flatnessMeasure } from '../flatness.ts';
import { severalSteps, stepProgram, type Training, takeStep } from '../training.ts';
import { adversaryOf, adversarySettings, labelledBatches } from './adversary.ts';
import { type Batches, hidingRule, maskedBatches } from './batches.ts';
import { datasets, encoders, maskings } from './components.ts';
import { landscapeOf } from './landscape.ts';
import { evaluationMeasures, probeMeasures } from './measures.ts';
import { buildModel } from './model.ts';
import { takesStepsTogether } from './stepsTogether.ts';
import { type Tokens, tokensOf } from './tokens.ts';

/** The spec's language, and its batches of masked sentences. */
export function loadBatches(spec: MlmRunSpec): {
  readonly language: Language;
  readonly tokens: Tokens;
  readonly batches: Batches;
} {
  const dataset = chosen(datasets, spec.data, 'data');
  const masking = chosen(maskings, spec.masking, 'masking');
  const language = dataset.definition.build(dataset.params);
  const tokens = tokensOf({ words: language.words.length, maxLength: language.maxLength });
  const rule = hidingRule(masking, chosen(encoders, spec.encoder, 'encoder'), language);
  const batches = maskedBatches(language, tokens, rule, spec);
  const settings = adversarySettings(spec);
  if (!settings) return { language, tokens, batches };
  const labelled = labelledBatches(settings, language, tokens, spec);
  const batch = (step: number) => ({ ...batches.batch(step), ...labelled(step) });
  return { language, tokens, batches: { ...batches, batch } };
}

export async function build(spec: MlmRunSpec, engine: Engine): Promise<Training> {
  const { language, tokens, batches } = loadBatches(spec);
  const parameters = new SeededParameters(spec.seed);
  const model = buildModel(spec, tokens, parameters);
  const { definition, params } = chosen(optimizers, spec.optimizer, 'optimizer');
  const optimizer = definition.build(params, parameters);
  const forward = (inputs: Inputs) => ({ loss: model.loss(inputs), metrics: {} });
  const program = stepProgram(engine, parameters, optimizer, forward);
  const settings = adversarySettings(spec);
  const adversary = settings && adversaryOf(settings, language, model, spec.seed);
  // A graph of its own: before it begins a run is a plain one.
  const against =
    adversary &&
    stepProgram(engine, parameters, optimizer, adversary.forward, adversary.carried, 'adversarial step');
  const programOf = (step: number) => (against && settings && step >= settings.begin ? against : program);
  const joint = takesStepsTogether(spec, parameters.count, tokens)
    ? severalSteps(engine, parameters, optimizer, forward)
    : undefined;
  const landscape = landscapeOf(spec, tokens, parameters, model, batches, engine);
  const evaluated = evaluationMeasures(spec, language, tokens, model, engine);
  const probed = probeMeasures(spec, language, tokens, model, parameters, engine);
  return {
    parameters,
    state: new Map([...optimizer.slots, ...(adversary?.state ?? [])]),
    about: { words: JSON.stringify(language.words) },
    references: { ...evaluated.references, ...probed.references },
    step(step, learningRate, batch = batches.batch(step)) {
      probed.changed();
      return takeStep(programOf(step), batch, learningRate, step);
    },
    several: joint && {
      ...joint.several,
      take(first, learningRates, given) {
        probed.changed();
        return joint.several.take(first, learningRates, given);
      },
    },
    measures: [...evaluated.measures, ...probed.measures, ...flatnessMeasure(spec, landscape)],
    landscape,
    dispose() {
      program.dispose();
      joint?.program.dispose();
      against?.dispose();
      for (const held of adversary?.state.values() ?? []) held.dispose();
      evaluated.dispose();
      probed.dispose();
      for (const slot of optimizer.slots.values()) slot.dispose();
      parameters.dispose();
    },
  };
}
