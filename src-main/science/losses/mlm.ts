/** Cross-entropy of the masked words (Devlin et al. 2019, arXiv 1810.04805, section 3.1). */
import { z } from 'zod';
import { div, mul, type Scalar, sub, sum, type Tensor, type Tensor1D, type Tensor2D } from '#engine/tf.ts';
import type { MlmLoss } from '../definition.ts';
import { logSumExp } from './logSumExp.ts';

const params = z.strictObject({});

export const mlmLoss: MlmLoss<typeof params> = {
  kind: 'loss',
  id: 'mlm',
  title: 'Masked-word cross-entropy',
  help: 'Mean over masked words of −log p(word), in nats.',
  reference: 'Devlin et al. 2019, arXiv 1810.04805, section 3.1',
  studies: ['mlm'],
  params,
  value: (_params, logits, targets, weights) => maskedCrossEntropy(logits, targets, weights),
  examples: (_params, logits, targets, weights) => wordLosses(logits, targets, weights),
};

/** Σᵢ wᵢ (log Σ exp zᵢ − zᵢ[target]) / Σᵢ wᵢ. */
export function maskedCrossEntropy(logits: Tensor2D, targets: Tensor2D, weights: Tensor): Scalar {
  return div(sum(mul(surprise(logits, targets), weights)), sum(weights));
}

/** What each masked word adds to the sum above the line: [count]. */
export function wordLosses(logits: Tensor2D, targets: Tensor2D, weights: Tensor): Tensor1D {
  return mul(surprise(logits, targets), weights);
}

/** −log p(target) of each row: [count]. */
function surprise(logits: Tensor2D, targets: Tensor2D): Tensor {
  return sub(logSumExp(logits), sum(mul(logits, targets), 1));
}
