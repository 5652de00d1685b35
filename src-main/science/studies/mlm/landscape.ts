/** The pre-training loss of an MLM run as curvature sees it, also of a larger model that is the same function. */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { LoadedParameters, type Parameters } from '#engine/parameters.ts';
import type { Tensor2D } from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import type { Landscape } from '../../definition.ts';
import { type TransformerShape, tiled } from '../../nn/tile.ts';
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
    enlarged({ width, layers }) {
      const small = shapeOf(spec);
      const factor = width / small.width;
      const large = { ...small, layers, width };
      const grown = { ...large, heads: small.heads * factor, feedForward: small.feedForward * factor };
      const numbers = new Map(
        [...parameters.all].map(([name, weight]) => [name, Float32Array.from(weight.dataSync())]),
      );
      const weights = new LoadedParameters(tiled(numbers, small, grown));
      const encoder = { ...spec.encoder, ...grown };
      const built = buildModel({ ...spec, encoder }, tokens, weights);
      return landscapeOf({ ...spec, encoder }, tokens, weights, built, batches, engine);
    },
  };
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
