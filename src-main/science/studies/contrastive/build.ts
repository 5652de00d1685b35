/** From a contrastive spec to a run that is ready to train. */
import { BasinError } from '#contract/error.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Tensor2D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import { optimizers } from '../../components.ts';
import type { ImageData } from '../../data/images.ts';
import type { Landscape } from '../../definition.ts';
import { flatnessMeasure } from '../flatness.ts';
import { stepProgram, type Training, takeStep } from '../training.ts';
import { augmentations, datasets } from './components.ts';
import { type Encoding, encoding, probeMeasures } from './measures.ts';
import { buildModel } from './model.ts';
import { type Pairs, positivePairs, type Views } from './pairs.ts';

/** The spec's images, and its batches of positive pairs. */
export async function loadPairs(
  spec: ContrastiveRunSpec,
): Promise<{ readonly data: ImageData; readonly pairs: Pairs }> {
  const dataset = chosen(datasets, spec.data, 'data');
  const augmentation = chosen(augmentations, spec.augmentation, 'augmentation');
  const data = await dataset.definition.load(dataset.params);
  checkBatch(spec.batchSize, data.train.count);
  const { definition, params } = augmentation;
  const chosenViews: Views = {
    draw: (count, random) => definition.draw(params, count, data, random),
    views: definition.views,
    plainViews: (images, draws) => definition.plainViews(images, draws, data),
  };
  const pairs = positivePairs(data.train, data, chosenViews, spec.batchSize, spec.seed);
  return { data, pairs };
}

export async function build(spec: ContrastiveRunSpec, engine: Engine): Promise<Training> {
  const { data, pairs } = await loadPairs(spec);
  const parameters = new SeededParameters(spec.seed);
  const model = buildModel(spec, data, parameters);
  const { definition, params } = chosen(optimizers, spec.optimizer, 'optimizer');
  const optimizer = definition.build(params, parameters);
  const program = stepProgram(engine, parameters, optimizer, (batch) => model.forward(pairs.views(batch)));
  const encoded = encoding(data, model, engine);
  const landscape: Landscape = {
    engine,
    parameters,
    loss: (batch) => model.loss(pairs.views(batch)),
    outputs: (batch) => model.project(pairs.views(batch)),
    lossOf: (projections) => model.lossOf(projections as Tensor2D),
    exampleLosses: (batch) => model.pairLosses(pairs.views(batch)),
    batch: pairs.fixed,
    examples: pairs.count,
  };
  const untrained = untrainedEncoding(spec, data, engine);
  return {
    parameters,
    state: optimizer.slots,
    references: { 'features/spread_healthy': 1 / Math.sqrt(model.projectionWidth) },
    step(step, learningRate, batch = pairs.batch(step)) {
      encoded.changed();
      return takeStep(program, batch, learningRate, step);
    },
    measures: [...probeMeasures(spec, encoded, untrained.get, engine), ...flatnessMeasure(spec, landscape)],
    landscape,
    dispose() {
      program.dispose();
      encoded.dispose();
      untrained.dispose();
      for (const slot of optimizer.slots.values()) slot.dispose();
      parameters.dispose();
    },
  };
}

/** The encoder with the weights that the seed drew, built when it is first asked for. */
function untrainedEncoding(spec: ContrastiveRunSpec, data: ImageData, engine: Engine) {
  const parameters = new SeededParameters(spec.seed);
  let encoded: Encoding | undefined;
  return {
    get(): Encoding {
      encoded ??= encoding(data, buildModel(spec, data, parameters), engine);
      return encoded;
    },
    dispose(): void {
      encoded?.dispose();
      parameters.dispose();
    },
  };
}

function checkBatch(batchSize: number, count: number): void {
  if (batchSize < 2) {
    throw new BasinError(
      'bad-input',
      'Setting batchSize: one image has no other to be told from. Take 2 or more.',
      'batchSize',
    );
  }
  if (batchSize > count) {
    throw new BasinError(
      'bad-input',
      `Setting batchSize: ${batchSize} is more than the ${count} images there are. Take at most ${count}.`,
      'batchSize',
    );
  }
}
