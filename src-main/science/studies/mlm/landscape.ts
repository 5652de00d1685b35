/** The pre-training loss of an MLM run as curvature sees it, also of a larger model that is the same function. */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { LoadedParameters, type Parameters } from '#engine/parameters.ts';
import type { Tensor2D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type { Landscape, LargerModel } from '../../definition.ts';
import { checkShapes, type TransformerShape, tiled } from '../../nn/tile.ts';
import type { Batches } from './batches.ts';
import { encoders } from './components.ts';
import { buildModel, type MlmModel } from './model.ts';
import type { Tokens } from './tokens.ts';

export function landscapeOf(
  spec: MlmRunSpec,
  tokens: Tokens,
  parameters: Parameters,
  model: MlmModel,
  batches: Batches,
  engine: Engine,
): Landscape {
  return {
    engine,
    parameters,
    loss: model.loss,
    outputs: model.logits,
    lossOf: (logits, inputs) => model.lossOf(logits as Tensor2D, inputs),
    exampleLosses: model.wordLosses,
    batch: batches.fixed,
    examples: batches.count,
    enlarged(size) {
      const { spec: larger, shape } = enlarged(spec, size);
      const numbers = new Map(
        [...parameters.all].map(([name, weight]) => [name, Float32Array.from(weight.dataSync())]),
      );
      const weights = new LoadedParameters(tiled(numbers, shapeOf(spec), shape));
      const built = buildModel(larger, tokens, weights);
      return landscapeOf(larger, tokens, weights, built, batches, engine);
    },
  };
}

/**
 * The spec of the larger model into which a run's is tiled: heads and feed-forward width grow with the width.
 * @throws BasinError `bad-input` for a size that does not fit, `unsupported` for another encoder
 */
export function enlarged(
  spec: MlmRunSpec,
  { width, layers }: LargerModel,
): { readonly spec: MlmRunSpec; readonly shape: TransformerShape } {
  const small = shapeOf(spec);
  const factor = width / small.width;
  const larger = { width, heads: small.heads * factor, feedForward: small.feedForward * factor };
  const shape = { ...small, layers, ...larger };
  checkShapes(small, shape);
  return { spec: { ...spec, encoder: { ...spec.encoder, ...shape } }, shape };
}

/** @throws BasinError `unsupported` for another encoder than the transformer */
function shapeOf(spec: MlmRunSpec): TransformerShape {
  const { definition, params } = chosen(encoders, spec.encoder, 'encoder');
  if (definition.id === 'transformer') return params as unknown as TransformerShape;
  throw new BasinError(
    'unsupported',
    `Curvature: the encoder ${definition.id} cannot be tiled into a larger one. Take trace.`,
    'flatness.id',
  );
}
