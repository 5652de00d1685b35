/** The value of any registered loss on arrays that a person gives. Needs a TensorFlow backend. */
import type { ComponentChoice } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import type { LossValue } from '#contract/lossValue.ts';
import { type Engine, type Feed, type Feeds, type Inputs, scalarOf } from '#engine/engine.ts';
import {
  add,
  mul,
  oneHot,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  valueAndGrads,
} from '#engine/tf.ts';
import { chosen } from '../choice.ts';
import type { ContrastiveLoss, LossArrays, MlmLoss } from '../definition.ts';
import {
  classNumbers,
  type GivenArrays,
  type Readable,
  readArrays,
  targetsName,
} from '../losses/givenArrays.ts';
import { losses as contrastiveLosses } from './contrastive/components.ts';
import { losses as mlmLosses } from './mlm/components.ts';

/** A loss of either study as a function of the arrays that it reads. */
interface ArrayLoss extends Readable {
  value(arrays: LossArrays): Scalar;
  parts?(arrays: LossArrays): Readonly<Record<string, Scalar>>;
}

const definitions: readonly (ContrastiveLoss | MlmLoss)[] = [...contrastiveLosses, ...mlmLosses];

/**
 * In float32. Gradients are of every array given but the targets: zeros for one that the loss does not read, or holds.
 * @throws BasinError `bad-input` naming the setting or the array at fault
 */
export function lossOfArrays(
  choice: ComponentChoice,
  given: GivenArrays,
  withGradients: boolean,
  engine: Engine,
): LossValue {
  const { definition, params } = chosen(definitions, choice, 'loss');
  const loss = arrayLoss(definition, params);
  const read = readArrays(loss, given, knownArrays());
  const differentiated = [...given.keys()].filter((name) => name !== targetsName);
  const unread = [...given.keys()].filter((name) => !read.has(name));
  const program = engine.compile<string>('loss of arrays', (inputs) => {
    const value = (arrays: Inputs): Scalar => loss.value(only(arrays, read));
    return {
      value: value(inputs),
      ...named('part', loss.parts?.(only(inputs, read)) ?? {}),
      ...named('gradient', withGradients ? gradients(value, inputs, differentiated) : {}),
    };
  });
  const found = program.run(feedsOf(given, read));
  program.dispose();
  const value = scalarOf(found.value);
  if (!Number.isFinite(value)) {
    const why = `its value on these arrays is ${value}`;
    throw new BasinError('bad-input', `Loss ${loss.id}: ${why}. Give more rows, or smaller numbers.`);
  }
  const parts = Object.entries(found).filter(([name]) => name.startsWith('part/'));
  return {
    value,
    parts: Object.fromEntries(parts.map(([name, part]) => [name.slice('part/'.length), scalarOf(part)])),
    gradients: withGradients
      ? Object.fromEntries(
          differentiated.map((name) => {
            const shape = [...(given.get(name)?.shape ?? [])];
            return [name, { shape, data: found[`gradient/${name}`] as Float32Array<ArrayBuffer> }];
          }),
        )
      : null,
    unread,
    loss: { id: loss.id, ...params },
  };
}

function arrayLoss(definition: ContrastiveLoss | MlmLoss, params: Record<string, unknown>): ArrayLoss {
  if ('arrays' in definition) {
    const { id, arrays, optionalArrays, alternatives, parts } = definition;
    return {
      ...{ id, arrays, ...(optionalArrays && { optionalArrays }), ...(alternatives && { alternatives }) },
      value: (given) => definition.value(params, given),
      ...(parts && { parts: (given: LossArrays) => parts(params, given) }),
    };
  }
  return {
    ...{ id: definition.id, arrays: mlmArrays, optionalArrays: ['weights'] },
    value({ logits, targets, weights }) {
      const hot = oneHot(targets as Tensor1D, logits?.shape[1] ?? 0, 1, 0, 'float32') as Tensor2D;
      return definition.value(params, logits as Tensor2D, hot, weights ?? sum(hot, 1));
    },
  };
}

const mlmArrays = ['logits', targetsName];

function knownArrays(): ReadonlySet<string> {
  const ofContrastive = contrastiveLosses.flatMap(({ arrays, optionalArrays = [] }) => [
    ...arrays,
    ...optionalArrays,
  ]);
  return new Set([...ofContrastive, ...mlmArrays, 'weights']);
}

function feedsOf(given: GivenArrays, read: GivenArrays): Feeds {
  const classes = read.get('logits')?.shape[1];
  return Object.fromEntries(
    [...given].map(([name, array]): [string, Feed] => {
      if (name !== targetsName) return [name, { shape: array.shape, data: Float32Array.from(array.data) }];
      const data = read.has(name) ? classNumbers(array, classes) : new Int32Array(1);
      return [name, { shape: [data.length], data }];
    }),
  );
}

function gradients(
  value: (arrays: Inputs) => Scalar,
  inputs: Inputs,
  names: readonly string[],
): Record<string, Tensor> {
  const { grads } = valueAndGrads((...moved: Tensor[]): Scalar => {
    const changed = Object.fromEntries(names.map((name, i) => [name, moved[i] as Tensor]));
    // An array that is not read at all would be an error, and no gradient of zeros.
    return moved.reduce<Scalar>(
      (total, one) => add(total, mul(sum(one), 0)),
      value({ ...inputs, ...changed }),
    );
  })(names.map((name) => inputs[name] as Tensor));
  return Object.fromEntries(names.map((name, i) => [name, grads[i] as Tensor]));
}

function only(arrays: Inputs, read: GivenArrays): LossArrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => read.has(name)));
}

function named<T>(kind: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, one]) => [`${kind}/${name}`, one]));
}
