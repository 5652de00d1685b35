/** A small classifier that is trained to tell two groups of images apart, and its error on others of them. */
import type { Engine, Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import type { Stream } from '#engine/random.ts';
import {
  logSoftmax,
  mean,
  mul,
  neg,
  type Scalar,
  sum,
  type Tensor2D,
  type Tensor4D,
  tensor,
} from '#engine/tf.ts';
import type { AugmentedImages, ImageShape } from '../definition.ts';
import { convEncoder } from '../nn/convEncoder.ts';
import { dense } from '../nn/dense.ts';
import { adamw } from '../optimizers/adamw.ts';
import { stepBody } from '../studies/training.ts';

export interface Settings {
  /** Channels of the first of three convolutions. */
  readonly channels: number;
  /** Most steps; every 100 of them the errors are measured. */
  readonly steps: number;
  /** Views a step, half of them of either group. */
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Places of one group in a set. */
export type Group = readonly number[];

export interface TwoGroups {
  /**
   * Share of views of held-out images that are taken for the other group's, both groups counting equally: 0
   * where the groups are far apart, ½ where they cannot be told apart. The classifier is that of the moment at
   * which a fifth of the training images, kept from it, had the least error; after two checks without a better
   * one it stops.
   */
  heldOutError(train: readonly [Group, Group], heldOut: readonly [Group, Group], random: Stream): number;
  dispose(): void;
}

const between = 100;
const patience = 2;
/** Views of each group in one measurement, some hundreds of which give an error of about 2 %. */
const validated = 250;
const judged = 500;

/** Weights start alike for every two groups. */
export function twoGroups(
  { channels, steps, batchSize, learningRate }: Settings,
  sets: { readonly train: AugmentedImages; readonly test: AugmentedImages },
  shape: ImageShape,
  engine: Engine,
): TwoGroups {
  const parameters = new SeededParameters(0);
  const encoder = convEncoder.build({ channels, stages: 3, pooling: 'none' }, shape, parameters);
  const head = dense('head', encoder.width, 2, 1, parameters);
  const optimizer = adamw.build(adamw.params.parse({}), parameters);
  const variables = [...parameters.all.values(), ...optimizer.slots.values()];
  const initial = variables.map((variable) => Float32Array.from(variable.dataSync()));
  const logits = (images: Tensor4D): Tensor2D => head(encoder.apply(images));
  // Both sets are changed alike.
  const forward = (inputs: Inputs) => {
    const likelihoods = logSoftmax(logits(sets.train.views(inputs)));
    return { loss: neg(mean(sum(mul(likelihoods, inputs.targets as Tensor2D), 1))) as Scalar, metrics: {} };
  };
  const step = engine.compile('two groups, step', stepBody(parameters, optimizer, forward), { variables });
  const answer = engine.compile('two groups, answers', (inputs) => ({
    logits: logits(sets.test.views(inputs)),
  }));

  const start = (): void => {
    for (const [i, variable] of variables.entries()) {
      const values = tensor(initial[i] as Float32Array, variable.shape);
      variable.assign(values);
      values.dispose();
    }
  };
  const errorOf = (set: AugmentedImages, groups: readonly [Group, Group], views: number, random: Stream) => {
    const shares = groups.map((group, own) => {
      const places = Int32Array.from({ length: views }, (_, i) => group[i % group.length] as number);
      const { logits: scores } = answer.run(set.batch(places, random));
      let wrong = 0;
      for (let i = 0; i < views; i++) {
        if ((scores[2 * i + own] as number) <= (scores[2 * i + 1 - own] as number)) wrong++;
      }
      return wrong / views;
    });
    return ((shares[0] as number) + (shares[1] as number)) / 2;
  };

  return {
    heldOutError(train, heldOut, random) {
      start();
      const learnt = both(train, (place) => place % 5 !== 4);
      const kept = both(train, (place) => place % 5 === 4);
      const targets = oneHot(batchSize);
      let best = { validation: Number.POSITIVE_INFINITY, error: Number.NaN };
      let waited = 0;
      for (let taken = 1; taken <= steps && waited < patience; taken++) {
        const places = Int32Array.from({ length: batchSize }, (_, row) => {
          const group = learnt[row % 2] as Group;
          return group[random.integer(group.length)] as number;
        });
        step.run({ ...sets.train.batch(places, random), targets, step: taken, learningRate });
        if (taken % between !== 0 && taken !== steps) continue;
        const validation = errorOf(sets.train, kept, validated, random);
        waited++;
        if (validation >= best.validation) continue;
        best = { validation, error: errorOf(sets.test, heldOut, judged, random) };
        waited = 0;
      }
      return best.error;
    },
    dispose() {
      step.dispose();
      answer.dispose();
      for (const slot of optimizer.slots.values()) slot.dispose();
      parameters.dispose();
    },
  };
}

function both([one, other]: readonly [Group, Group], keeps: (place: number) => boolean): [Group, Group] {
  return [one.filter((_, i) => keeps(i)), other.filter((_, i) => keeps(i))];
}

/** [rows, 2]: rows of both groups by turns. */
function oneHot(rows: number) {
  return {
    shape: [rows, 2],
    data: Float32Array.from({ length: 2 * rows }, (_, at) => +(at % 4 === 0 || at % 4 === 3)),
  };
}
