/** From a contrastive spec to a run that is ready to train. */
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Engine, Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Scalar, Tensor2D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import { optimizers } from '../../components.ts';
import type { Landscape, LossArrays } from '../../definition.ts';
import { flatnessMeasure } from '../flatness.ts';
import { stepProgram, type Training, takeStep } from '../training.ts';
import { fineTuned } from './fineTune.ts';
import { type Encoding, encoding, evaluationMeasures, probeMeasures } from './measures.ts';
import { buildModel, type ContrastiveModel, type Views } from './model.ts';
import { populationTensors } from './populationTensors.ts';
import { loadSource, type Source } from './source.ts';

export async function build(spec: ContrastiveRunSpec, engine: Engine): Promise<Training> {
  const source = await loadSource(spec);
  const { pairs } = source;
  const model = modelOf(spec, source);
  const { parameters } = model;
  const whole =
    spec.pairs === 'population' && source.population ? populationTensors(source.population) : undefined;
  const views = (batch: Inputs): Views => whole?.views ?? pairs.views(batch);
  const { definition, params } = chosen(optimizers, spec.optimizer, 'optimizer');
  const optimizer = definition.build(params, parameters);
  const carried = {
    variables: [...model.state.values(), ...(whole?.variables ?? [])],
    update: (seen: LossArrays, { progress }: Inputs) => model.update(seen, progress as Scalar),
  };
  const program = stepProgram(engine, parameters, optimizer, (batch) => model.forward(views(batch)), carried);
  const batchOf = whole ? () => ({}) : pairs.batch;
  const encoded = probedEncoding(spec, source, model, engine);
  const landscape: Landscape = {
    engine,
    parameters,
    loss: (batch) => model.loss(views(batch)),
    outputs: (batch) => model.project(views(batch)),
    lossOf: (projections, batch) => model.lossOf(projections as Tensor2D, views(batch)),
    exampleLosses: (batch) => model.pairLosses(views(batch)),
    // An expectation over the whole population is the same whatever the batch.
    batch: whole ? () => ({}) : pairs.fixed,
    examples: whole ? () => 1 : pairs.count,
  };
  const untrained = untrainedEncoding(spec, source, engine);
  const evaluated = evaluationMeasures(spec, source, model, encoded, engine);
  return {
    parameters,
    ...(source.remarks && { remarks: source.remarks }),
    state: new Map([...optimizer.slots, ...model.state]),
    modelState: model.state,
    references: {
      'features/spread_healthy': 1 / Math.sqrt(model.projectionWidth),
      ...evaluated.references,
    },
    step(step, learningRate, batch = batchOf(step)) {
      encoded.changed();
      // Fed, since a graph that is kept serves runs of any length.
      const progress = (step + 1) / spec.steps;
      return takeStep(program, { ...batch, progress }, learningRate, step);
    },
    measures: [
      ...evaluated.measures,
      ...probeMeasures(spec, encoded, untrained.get, engine),
      ...flatnessMeasure(spec, landscape),
    ],
    landscape,
    dispose() {
      program.dispose();
      encoded.dispose();
      untrained.dispose();
      whole?.dispose();
      for (const slot of optimizer.slots.values()) slot.dispose();
      model.dispose();
    },
  };
}

function modelOf(spec: ContrastiveRunSpec, { shape }: Source): ContrastiveModel {
  return buildModel(spec, shape, () => new SeededParameters(spec.seed));
}

function probedEncoding(
  spec: ContrastiveRunSpec,
  source: Source,
  model: ContrastiveModel,
  engine: Engine,
): Encoding {
  return encoding(source, model, engine, (settings) => fineTuned(spec, source, model, engine, settings));
}

/** The encoder with the weights that the seed drew, built when it is first asked for. */
function untrainedEncoding(spec: ContrastiveRunSpec, source: Source, engine: Engine) {
  let built: { readonly model: ContrastiveModel; readonly encoded: Encoding } | undefined;
  return {
    get(): Encoding {
      if (!built) {
        const model = modelOf(spec, source);
        built = { model, encoded: probedEncoding(spec, source, model, engine) };
      }
      return built.encoded;
    },
    dispose(): void {
      built?.encoded.dispose();
      built?.model.dispose();
    },
  };
}
