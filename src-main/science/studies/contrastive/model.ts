/** Encoder, projector and method of a spec, as functions of views. */
import { BasinError } from '#contract/error.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Parameters } from '#engine/parameters.ts';
import {
  add,
  concat,
  mul,
  type Scalar,
  split,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type {
  EncoderInput,
  InputShape,
  LossArrays,
  PairTensors,
  Target,
  ViewCost,
} from '../../definition.ts';
import { spread } from '../../nn/unitRows.ts';
import { noExamples } from '../flatness.ts';
import type { Forward } from '../training.ts';
import { encoders, losses, projectors } from './components.ts';

/** What a step's program sees of its batch. */
export interface Views extends EncoderInput {
  /** Of the originals: [batch], int32. */
  readonly labels: Tensor1D;
  /** Given where the rows are not views of pairs but all vertices of a finite population. */
  readonly population?: PairTensors;
}

export interface ContrastiveModel {
  /** What is trained, and what the method carries from step to step beside it; both die with `dispose`. */
  readonly parameters: Parameters;
  readonly state: ReadonlyMap<string, Variable>;
  /** Width of the features that probes see, and of the projections that the loss sees. */
  readonly featureWidth: number;
  readonly projectionWidth: number;
  /** Of the encoder, where it says what it costs. */
  readonly encoderCost: ViewCost | undefined;
  /** Images [batch, height, width, channels] in [0, 1] → features [batch, featureWidth]. */
  features(input: EncoderInput): Tensor2D;
  /** Stacked views of pairs, pair i in rows i and batch + i, further views below → loss, `features/spread`, and `seen`. */
  forward(views: Views): Forward & { readonly seen: LossArrays };
  /** The loss alone; over a population, its exact expectation. @throws BasinError `bad-input` without one */
  loss(views: Views): Scalar;
  /** Its two parts: stacked views → their projections, as many rows of projectionWidth → loss. */
  project(views: EncoderInput): Tensor2D;
  lossOf(projections: Tensor2D, views: Views): Scalar;
  /** The loss of each pair: [batch]. @throws BasinError `unsupported` for a loss that is no mean over pairs */
  pairLosses(views: Views): Tensor1D;
  /** After an optimizer step, given what its loss saw and the share of the run that is done: averages, queues. */
  update(seen: LossArrays, progress: Scalar): void;
  dispose(): void;
}

/** `weights` makes places for weights; each call gives the same initial value to a name. */
export function buildModel(
  spec: ContrastiveRunSpec,
  shape: InputShape & { readonly classes: number },
  weights: () => Parameters,
): ContrastiveModel {
  const [parameters, carried] = [weights(), weights()];
  let copied: Parameters | undefined;
  const loss = chosen(losses, spec.loss, 'loss');
  const network = buildNetwork(spec, shape, parameters);
  const { project } = network;
  const method = loss.definition.method?.(loss.params, {
    parameters,
    state: carried,
    projectionWidth: network.projectionWidth,
    classes: shape.classes,
    target() {
      if (copied) throw new Error('A method has one momentum target.');
      copied = weights();
      const { project: projected } = buildNetwork(spec, shape, copied);
      return { project: projected, follow: follower(copied, parameters) };
    },
  });
  const state = new Map<string, Variable>([
    ...[...carried.all].map(([name, variable]) => [name, variable] as const),
    ...[...(copied?.all ?? [])].map(([name, variable]) => [`target/${name}`, variable] as const),
  ]);

  const arraysOf = (projections: Tensor2D, views: Views): LossArrays => {
    const rows = { z: projections, ...method?.ofViews?.(projections, views) };
    const ofBatch = method?.ofBatch?.(views.labels, projections);
    return { ...(views.population ? rows : apart(rows, views.labels.shape[0])), ...ofBatch };
  };
  const taken = (arrays: LossArrays, { population }: Views): Scalar => {
    const { definition, params } = loss;
    if (!population) return definition.value(params, arrays);
    if (!definition.population) throw noPopulation(definition.id);
    return definition.population(params, arrays, population);
  };
  const lossOf = (projections: Tensor2D, views: Views): Scalar => taken(arraysOf(projections, views), views);
  return {
    ...network,
    parameters,
    state,
    forward(views) {
      const projections = project(views);
      const seen = arraysOf(projections, views);
      return { loss: taken(seen, views), metrics: { 'features/spread': spread(projections) }, seen };
    },
    loss: (views) => lossOf(project(views), views),
    lossOf,
    pairLosses(views) {
      const { definition, params } = loss;
      if (views.population || !definition.examples) throw noExamples(definition.id);
      return definition.examples(params, arraysOf(project(views), views));
    },
    update: (seen, progress) => method?.update?.(seen, progress),
    dispose() {
      for (const each of [parameters, carried, copied]) each?.dispose();
    },
  };
}

interface Network {
  readonly featureWidth: number;
  readonly projectionWidth: number;
  readonly encoderCost: ViewCost | undefined;
  features(input: EncoderInput): Tensor2D;
  project(input: EncoderInput): Tensor2D;
}

function buildNetwork(spec: ContrastiveRunSpec, shape: InputShape, parameters: Parameters): Network {
  const encoderChoice = chosen(encoders, spec.encoder, 'encoder');
  const projectorChoice = chosen(projectors, spec.projector, 'projector');
  const encoder = encoderChoice.definition.build(encoderChoice.params, shape, parameters);
  const projector = projectorChoice.definition.build(projectorChoice.params, encoder.width, parameters);
  const features = ({ images, vertices }: EncoderInput) => encoder.apply(images, vertices);
  return {
    featureWidth: encoder.width,
    projectionWidth: projector.width,
    encoderCost: encoder.cost,
    features,
    project: (input) => projector.apply(features(input)),
  };
}

function follower(copied: Parameters, trained: Parameters): Target['follow'] {
  return (momentum) => {
    for (const [name, copy] of copied.all) {
      const weight = trained.all.get(name) as Variable;
      copy.assign(add(mul(copy, momentum), mul(weight, sub(1, momentum))));
    }
  };
}

/** Rows of both views apart: `z` → `z1`, `z2`; what `z` has beyond them, of further views, is `small`. */
function apart(ofViews: LossArrays, pairs: number): LossArrays {
  return Object.fromEntries(
    Object.entries(ofViews).flatMap(([name, rows]) => {
      const [first, second, ...further] = split(rows, (rows.shape[0] as number) / pairs, 0);
      const both: [string, Tensor][] = [
        [`${name}1`, first as Tensor],
        [`${name}2`, second as Tensor],
      ];
      return name === 'z' && further.length > 0 ? [...both, ['small', concat(further, 0)]] : both;
    }),
  );
}

function noPopulation(loss: string): BasinError {
  return new BasinError(
    'bad-input',
    `Setting pairs: the loss ${loss} has no exact expectation over a population. Take sampled, or another loss.`,
    'pairs',
  );
}
