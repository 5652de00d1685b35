/** Encoder and loss of a spec, as functions of a batch of sequences. */
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Inputs } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';
import {
  div,
  mul,
  oneHot,
  type Rank,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '#engine/tf.ts';
import { chosen } from '../../choice.ts';
import { logSumExp } from '../../losses/logSumExp.ts';
import { noExamples } from '../flatness.ts';
import { encoders, losses } from './components.ts';
import type { Tokens } from './tokens.ts';

export interface MlmModel {
  /** Numbers of a sentence that `features` gives. */
  readonly featureWidth: number;
  /**
   * `ids`, `mask` → what a downstream task sees of each sentence: all token embeddings side by side,
   * [sentences, length · width], or the mean of those that are no padding, [sentences, width].
   */
  features(inputs: Inputs): Tensor2D;
  /** `ids`, `mask`, `slots` → log p(word), nats, at each slot of each sentence: [sentences · slots, words]. */
  logProbabilities(inputs: Inputs): Tensor2D;
  /** The feeds of a batch → its loss. */
  loss(inputs: Inputs): Scalar;
  /** Its two parts: logits at each slot of each sentence, [sentences · slots, words], and their loss. */
  logits(inputs: Inputs): Tensor2D;
  lossOf(logits: Tensor2D, inputs: Inputs): Scalar;
  /** The loss of each slot, [sentences · slots]. @throws BasinError `unsupported` for one that is no mean over words */
  wordLosses(inputs: Inputs): Tensor1D;
}

/** Creates the weights in `parameters`. */
export function buildModel(spec: MlmRunSpec, tokens: Tokens, parameters: Parameters): MlmModel {
  const encoderChoice = chosen(encoders, spec.encoder, 'encoder');
  const loss = chosen(losses, spec.loss, 'loss');
  const encoder = encoderChoice.definition.build(encoderChoice.params, tokens, parameters);

  const isMean = spec.downstream.pooling === 'mean';
  // Logits at the slots alone: most tokens are not asked about.
  const logits = ({ ids, mask, slots }: Inputs): Tensor2D => {
    const embeddings = encoder.embed(ids as Tensor2D, mask as Tensor2D, slots as Tensor2D);
    return encoder.logits(reshape<Rank.R2>(embeddings, [-1, encoder.width])) as Tensor2D;
  };
  const targetsOf = (inputs: Inputs): Tensor2D =>
    oneHot(inputs.targets as Tensor1D, tokens.words, 1, 0, 'float32') as Tensor2D;
  const lossOf = (scores: Tensor2D, inputs: Inputs): Scalar =>
    loss.definition.value(loss.params, scores, targetsOf(inputs), inputs.weights as Tensor1D);
  return {
    featureWidth: isMean ? encoder.width : tokens.length * encoder.width,
    features({ ids, mask }) {
      const embeddings = encoder.embed(ids as Tensor2D, mask as Tensor2D);
      return isMean
        ? meanOfTokens(embeddings as Tensor3D, mask as Tensor2D)
        : reshape(embeddings, [-1, tokens.length * encoder.width]);
    },
    logProbabilities(inputs) {
      const scores = logits(inputs);
      return sub(scores, reshape(logSumExp(scores), [-1, 1]));
    },
    loss: (inputs) => lossOf(logits(inputs), inputs),
    logits,
    lossOf,
    wordLosses(inputs) {
      const { definition, params } = loss;
      if (!definition.examples) throw noExamples(definition.id);
      return definition.examples(params, logits(inputs), targetsOf(inputs), inputs.weights as Tensor1D);
    },
  };
}

/** Embeddings [sentences, length, width] and their mask [sentences, length] → [sentences, width]. */
function meanOfTokens(embeddings: Tensor3D, mask: Tensor2D): Tensor2D {
  const [sentences, length] = mask.shape;
  const shares = div(mask, sum(mask, 1, true));
  return sum(mul(embeddings, reshape(shares, [sentences, length, 1])), 1);
}
