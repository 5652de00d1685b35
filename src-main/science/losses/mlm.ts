/** Cross-entropy of the masked words (Devlin et al. 2019, arXiv 1810.04805, section 3.1). */
import { z } from 'zod';
import { div, mul, sub, sum, type Tensor1D } from '#engine/tf.ts';
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
  /** Σᵢ wᵢ (log Σ exp zᵢ − zᵢ[target]) / Σᵢ wᵢ. */
  value(_params, logits, targets, weights) {
    const surprise = sub(logSumExp(logits), sum(mul(logits, targets), 1)) as Tensor1D;
    return div(sum(mul(surprise, weights)), sum(weights));
  },
};
