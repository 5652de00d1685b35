/** An encoder trained further on labels: what pre-training gives to a start, not to a head on frozen features. */
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { tensor, tidy, type Variable } from '#engine/tf.ts';
import type { FineTuning } from '../../definition.ts';
import { supervised } from '../../losses/supervised.ts';
import { adamw } from '../../optimizers/adamw.ts';
import { cosine } from '../../optimizers/schedules.ts';
import { classify } from '../../probes/linearClassifier.ts';
import { stepBody } from '../training.ts';
import { encoding } from './measures.ts';
import { buildModel, type ContrastiveModel } from './model.ts';
import type { Source } from './source.ts';

/**
 * A copy of encoder and projector with a linear head behind, trained by cross-entropy on augmented views of the
 * originals whose labels may be seen; then its answers on the test set. `trained` stays as it is.
 */
export function fineTuned(
  spec: ContrastiveRunSpec,
  source: Source,
  trained: ContrastiveModel,
  engine: Engine,
  { steps, learningRate }: FineTuning,
): Int32Array {
  const { labelled, test } = source;
  const weights = () => new SeededParameters(spec.seed);
  const model = buildModel({ ...spec, loss: { id: supervised.id } }, source.shape, weights);
  const { parameters, projectionWidth: width } = model;
  for (const [name, weight] of parameters.all) {
    const before = trained.parameters.all.get(name);
    // As numbers: a capture tells variables apart by their data, which they must not share.
    if (before) tidy(() => weight.assign(tensor(before.dataSync(), before.shape)));
  }
  const optimizer = adamw.build(adamw.params.parse({}), parameters);
  const program = engine.compile(
    'fine-tuning',
    stepBody(parameters, optimizer, (batch) => model.forward(labelled.views(batch))),
    { variables: [...parameters.all.values(), ...optimizer.slots.values()] },
  );
  const encoded = encoding(source, model, engine);
  try {
    const schedule = cosine.params.parse({});
    for (let step = 0; step < steps; step++) {
      const rate = learningRate * cosine.factor(schedule, step, steps);
      program.run({ ...labelled.batch(step), learningRate: rate, step: step + 1 });
    }
    const of = (name: string) =>
      (parameters.all.get(`classifier/${name}`) as Variable).dataSync() as Float32Array;
    const head = { weights: of('kernel'), bias: of('bias') };
    return classify({ width, features: encoded.projections(), labels: test.labels }, head);
  } finally {
    program.dispose();
    encoded.dispose();
    for (const slot of optimizer.slots.values()) slot.dispose();
    model.dispose();
  }
}
