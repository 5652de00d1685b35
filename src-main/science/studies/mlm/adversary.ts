/**
 * What the adversarial objective adds to a step: labelled sentences, a linear head for each downstream task,
 * and the multiplier that holds the masked loss (`losses/adversarial.ts`).
 */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Feeds, Inputs } from '#engine/engine.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { permutation, stream } from '#engine/random.ts';
import {
  add,
  addN,
  cast,
  greater,
  matMul,
  mul,
  relu,
  type Scalar,
  scalar,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type { Language } from '../../data/language.ts';
import type { AdversarySettings } from '../../definition.ts';
import { labelCrossEntropy } from '../../losses/labelCrossEntropy.ts';
import { adamw } from '../../optimizers/adamw.ts';
import type { Carried, Forward } from '../training.ts';
import { losses } from './components.ts';
import type { MlmModel } from './model.ts';
import { labelled } from './tasks.ts';
import { sequences, type Tokens } from './tokens.ts';

/** Apart from the names of the masked batch. */
const prefix = 'adversary/';

/** Null where the spec's loss has no adversary. */
export function adversarySettings(spec: MlmRunSpec): AdversarySettings | null {
  const { definition, params } = chosen(losses, spec.loss, 'loss');
  return definition.adversary?.(params) ?? null;
}

/**
 * Feeds of a step beside the masked batch, none before the reversal is prepared: `ids`, `mask` [batch, length]
 * of whole sentences, and the labels [batch] of each task.
 * @throws BasinError `bad-input` for a language without tasks
 */
export function labelledBatches(
  { labelled: count, begin }: AdversarySettings,
  language: Language,
  tokens: Tokens,
  { batchSize, seed }: Pick<MlmRunSpec, 'batchSize' | 'seed'>,
): (step: number) => Feeds {
  if (language.tasks.length === 0) {
    const why = 'the language has no downstream tasks to unlearn';
    throw new BasinError('bad-input', `Setting loss.id: ${why}. Take mlm, or another dataset.`, 'loss.id');
  }
  const size = Math.min(batchSize, count);
  let known: ReturnType<typeof labelled> | undefined;
  return (step) => {
    if (step < begin) return {};
    known ??= labelled(language, stream(seed, 'adversary/sentences'), count);
    const { sentences, labels } = known;
    const places = permutation(stream(seed, 'adversary/batch', step), count).subarray(0, size);
    const { ids, mask } = sequences(
      tokens,
      Array.from(places, (place) => sentences[place] as Int32Array),
    );
    const answers = [...labels].map(([task, all]) => {
      const data = Int32Array.from(places, (place) => all[place] as number);
      return [`${prefix}labels/${task}`, { shape: [size], data }] as const;
    });
    return { [`${prefix}ids`]: ids, [`${prefix}mask`]: mask, ...Object.fromEntries(answers) } as Feeds;
  };
}

export interface Adversary {
  /** Heads and their optimizer's memory, the reference loss and the multiplier, by name. */
  readonly state: ReadonlyMap<string, Variable>;
  forward(inputs: Inputs): Forward;
  readonly carried: Carried;
}

export function adversaryOf(
  settings: AdversarySettings,
  language: Language,
  model: MlmModel,
  seed: number,
): Adversary {
  const { strength, tolerance, begin, settle, headRate, headSteps } = settings;
  const { window, multiplierRate, multiplierGain } = settings;
  const heads = new SeededParameters(seed);
  const tasks = language.tasks.map(({ id, classes }) => ({
    id,
    classes: classes.length,
    weights: heads.constant(`head/${id}/kernel`, [model.featureWidth, classes.length], 0),
    bias: heads.constant(`head/${id}/bias`, [classes.length], 0),
  }));
  const optimizer = adamw.build(adamw.params.parse({ weightDecay: 0 }), heads);
  const held = new SeededParameters(seed);
  const multiplier = held.constant('multiplier', [], 0);
  const reference = held.constant('reference', [], 0);
  const average = held.constant('average', [], 0);
  const state = new Map([...heads.all, ...optimizer.slots, ...held.all]);

  /** Mean cross-entropy of each head, nats, from features [batch, width]. */
  const headLosses = (features: Tensor2D, inputs: Inputs): Scalar[] =>
    tasks.map(({ id, classes, weights, bias }) => {
      const scores = add(matMul(features, weights as unknown as Tensor2D), bias) as Tensor2D;
      return labelCrossEntropy(scores, inputs[`${prefix}labels/${id}`] as Tensor1D, classes);
    });
  /** 1 once the heads have learnt, before that 0. */
  const reversing = ({ step }: Inputs): Scalar =>
    cast(greater(step as Scalar, begin + settle), 'float32') as Scalar;

  /** Nats of the running mean above the bound, below it negative. */
  const above = (): Scalar => sub(average, add(reference, tolerance)) as Scalar;

  return {
    state,
    forward(inputs) {
      const masked = model.loss(inputs);
      const features = model.features({
        ids: inputs[`${prefix}ids`] as Tensor,
        mask: inputs[`${prefix}mask`] as Tensor,
      });
      const each = headLosses(features, inputs);
      // A head that knows nothing loses log(classes): to be surer of wrong answers would hide nothing more.
      const unlearnt = each.map((loss, i) => {
        const most = Math.log(tasks[i]?.classes ?? 1);
        return sub(most, relu(sub(most, loss)));
      });
      const reward = mul(addN(unlearnt), mul(reversing(inputs), strength));
      const penalty = mul(relu(add(multiplier, mul(above(), multiplierGain))), reversing(inputs)) as Scalar;
      const loss = sub(mul(masked, add(penalty, 1)), reward) as Scalar;
      return {
        loss,
        metrics: {
          loss: masked,
          'adversary/head_loss': mul(addN(each), 1 / each.length) as Scalar,
          'adversary/multiplier': penalty,
          'adversary/reference': reference as unknown as Scalar,
          'adversary/masked_mean': average as unknown as Scalar,
        },
        seen: { masked, features },
      };
    },
    carried: {
      variables: [...state.values()],
      update({ masked, features }, inputs) {
        const before = mul(sub(inputs.step as Scalar, begin + 1), headSteps);
        for (let taken = 1; taken <= headSteps; taken++) {
          const { gradients } = valueAndGradients(
            () => addN(headLosses(features as Tensor2D, inputs)) as Scalar,
            heads,
          );
          optimizer.apply(gradients, scalar(headRate), add(before, taken));
        }
        const active = reversing(inputs);
        const waiting = sub(1, active);
        reference.assign(add(reference, mul(masked as Scalar, mul(waiting, 1 / settle))));
        // Until the reversal the mean is the reference itself, so that it begins there.
        const followed = add(average, mul(sub(masked as Scalar, average), 1 / window));
        average.assign(add(mul(reference, waiting), mul(followed, active)));
        const raised = add(multiplier, mul(mul(above(), active), multiplierRate));
        multiplier.assign(relu(raised) as Tensor as Scalar);
      },
    },
  };
}
