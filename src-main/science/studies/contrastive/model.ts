/** Encoder, projector and loss of a spec, as functions of stacked views. */
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import type { Parameters } from '#engine/parameters.ts';
import { type Scalar, split, type Tensor1D, type Tensor2D, type Tensor4D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type { ImageShape } from '../../definition.ts';
import { spread } from '../../nn/unitRows.ts';
import { noExamples } from '../flatness.ts';
import type { Forward } from '../training.ts';
import { encoders, losses, projectors } from './components.ts';

export interface ContrastiveModel {
  /** Width of the features that probes see, and of the projections that the loss sees. */
  readonly featureWidth: number;
  readonly projectionWidth: number;
  /** Images [batch, height, width, channels] in [0, 1] → features [batch, featureWidth]. */
  features(images: Tensor4D): Tensor2D;
  /** Stacked views of pairs [2 · batch, height, width, channels] → loss and `features/spread`. */
  forward(views: Tensor4D): Forward;
  /** The loss alone. */
  loss(views: Tensor4D): Scalar;
  /** Its two parts: stacked views → their projections [2 · batch, projectionWidth] → loss. */
  project(views: Tensor4D): Tensor2D;
  lossOf(projections: Tensor2D): Scalar;
  /** The loss of each pair: [batch]. @throws BasinError `unsupported` for a loss that is no mean over pairs */
  pairLosses(views: Tensor4D): Tensor1D;
}

/** Creates the weights in `parameters`. */
export function buildModel(
  spec: ContrastiveRunSpec,
  shape: ImageShape,
  parameters: Parameters,
): ContrastiveModel {
  const encoderChoice = chosen(encoders, spec.encoder, 'encoder');
  const projectorChoice = chosen(projectors, spec.projector, 'projector');
  const loss = chosen(losses, spec.loss, 'loss');
  const encoder = encoderChoice.definition.build(encoderChoice.params, shape, parameters);
  const projector = projectorChoice.definition.build(projectorChoice.params, encoder.width, parameters);

  const halves = (projections: Tensor2D) => split(projections, 2, 0) as [Tensor2D, Tensor2D];
  const lossOf = (projections: Tensor2D): Scalar =>
    loss.definition.value(loss.params, ...halves(projections));
  const project = (views: Tensor4D): Tensor2D => projector.apply(encoder.apply(views));
  return {
    featureWidth: encoder.width,
    projectionWidth: projector.width,
    features: encoder.apply,
    forward(views) {
      const projections = project(views);
      return { loss: lossOf(projections), metrics: { 'features/spread': spread(projections) } };
    },
    loss: (views) => lossOf(project(views)),
    project,
    lossOf,
    pairLosses(views) {
      const { definition, params } = loss;
      if (!definition.examples) throw noExamples(definition.id);
      return definition.examples(params, ...halves(project(views)));
    },
  };
}
