/**
 * Spectral contrastive loss (HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156, equation 6), as in
 * the authors' code: its minimisers are the top eigenvectors of the positive-pair graph's adjacency.
 *
 *   L = (1/μ) · ( −2 · mean_i z¹_i·z²_i + mean_{i ≠ j} (z¹_i·z²_j)² )
 *
 * where features longer than √μ are first scaled back to length √μ, and gradients flow through that.
 */
import { z } from 'zod';
import {
  add,
  matMul,
  mul,
  relu,
  reshape,
  rsqrt,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';

const params = z.strictObject({
  mu: z.number().positive().max(1000).default(1).meta({
    title: 'μ',
    description: 'Squared length at which features are capped; the loss is divided by it.',
    scale: 'log',
  }),
});

export const spectral: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'spectral',
  title: 'Spectral contrastive',
  help: 'Pulls views of one image together and makes all others orthogonal: a factorisation of the positive-pair graph.',
  reference: 'HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156, equation 6',
  studies: ['contrastive'],
  params,
  arrays: ['z1', 'z2'],
  /** `z1`, `z2` [batch, width], batch ≥ 2. */
  value({ mu }, arrays) {
    const { positive, negative } = means(mu, arrays);
    return add(positive, negative);
  },
  parts: ({ mu }, arrays) => means(mu, arrays),
  /** Pair i: (1/μ)(−2 z¹_i·z²_i + Σ_{j ≠ i} (z¹_i·z²_j)² / (batch − 1)). */
  examples({ mu }, { z1, z2 }) {
    const a = capped(z1 as Tensor2D, mu);
    const b = capped(z2 as Tensor2D, mu);
    const positive = sum(mul(a, b), 1);
    const negative = sub(sum(square(matMul(a, b, false, true)), 1), square(positive));
    const losses = sub(mul(negative, 1 / (a.shape[0] - 1)), mul(positive, 2));
    return mul(losses, 1 / mu) as Tensor1D;
  },
  /** (1/μ)(−2 Σ w(x, x⁺) z·z⁺ + Σ w(x) w(x′) (z·z′)²); the second sum is ‖Σ w(x) z zᵀ‖². */
  population({ mu }, { z }, { joint, marginal }) {
    const features = capped(z as Tensor2D, mu);
    const positive = sum(mul(features, matMul(joint, features)));
    const moment = matMul(features, mul(features, reshape(marginal, [-1, 1])), true, false);
    return mul(sub(sum(square(moment)), mul(positive, 2)), 1 / mu) as Scalar;
  },
};

/** Both terms of the loss. */
function means(mu: number, { z1, z2 }: LossArrays): { positive: Scalar; negative: Scalar } {
  const a = capped(z1 as Tensor2D, mu);
  const b = capped(z2 as Tensor2D, mu);
  const batch = a.shape[0];
  const positive = sum(mul(a, b), 1);
  const all = sum(square(matMul(a, b, false, true)));
  // The diagonal's squares are the positives': taken off rather than masked out.
  const negative = sub(all, sum(square(positive)));
  return {
    positive: mul(sum(positive), -2 / (batch * mu)),
    negative: mul(negative, 1 / (batch * (batch - 1) * mu)),
  };
}

/** z · √μ / max(‖z‖, √μ), with the maximum as μ + relu(‖z‖² − μ): no square root of zero. */
function capped(features: Tensor2D, mu: number): Tensor2D {
  const squaredLength = sum(square(features), 1, true);
  const longer = add(relu(sub(squaredLength, mu)), mu);
  return mul(features, mul(rsqrt(longer), Math.sqrt(mu)));
}
