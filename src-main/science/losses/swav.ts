/**
 * SwAV (Caron et al. 2020, arXiv 2006.09882, equations 1 to 3): one view's scores against prototypes predict the other
 * view's code. With cosines s_i = z_i · prototypesᵀ:
 *
 *   L = −½ mean_i Σ_k [ q²_ik log softmax(s¹_i / τ)_k + q¹_ik log softmax(s²_i / τ)_k ]
 *
 * With V further, smaller views of each original (multi-crop, section 3.2) they predict both codes, too, and have none:
 *
 *   L = ½ mean_i Σ_(a = 1, 2) 1/(V + 1) Σ_(v ≠ a) −Σ_k q^a_ik log softmax(s^v_i / τ)_k
 *
 * In the paper a small view has fewer pixels, which saves time; here its crop is brought to the size of the others, so
 * that every encoder takes it, and it costs as much. A code q is held: Sinkhorn's rounds bring exp(s / ε) to equal use of all prototypes over the batch and, where there
 * are queues, over the projections in the view's queue, which are not scored themselves. There is no `population`:
 * codes are of a batch. Prototypes have length 1 after every step; gradients are those of the normalised ones. Of the
 * reference's options, prototypes that are frozen at first are not here.
 */
import { z } from 'zod';
import {
  addN,
  concat,
  divNoNan,
  exp,
  matMul,
  max,
  mean,
  mul,
  ones,
  slice,
  split,
  square,
  step,
  stopGradient,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '#engine/tf.ts';
import type { ContrastiveLoss, LossArrays } from '../definition.ts';
import { unitRows } from '../nn/unitRows.ts';
import { type Directions, directionParts, pairLosses } from './directions.ts';
import { logSumExp } from './logSumExp.ts';
import { push } from './queue.ts';
import { temperature } from './sharedSettings.ts';

const params = z
  .strictObject({
    temperature: temperature(0.1),
    epsilon: z.number().min(0.025).max(1).default(0.05).meta({
      title: 'Entropy ε',
      description: 'Smoothness of the codes: small values make each the choice of one prototype.',
      scale: 'log',
    }),
    iterations: z.int().min(1).max(100).default(3).meta({
      title: 'Sinkhorn rounds',
      description: 'Each brings first the prototypes and then the samples to equal sums.',
    }),
    prototypes: z.int().min(2).max(65_536).default(512).meta({
      title: 'Prototypes',
      description: 'Vectors against which projections are scored.',
      scale: 'log',
    }),
    queue: z.int().min(0).max(65_536).default(0).meta({
      title: 'Queue',
      description: 'Projections of earlier batches, of either view, that take part in the codes; 0 for none.',
      unit: 'projections',
    }),
    smallViews: z.int().min(0).max(16).default(0).meta({
      title: 'Small views',
      description: 'Further, smaller crops of each image, which predict the codes of both full views.',
      unit: 'views',
    }),
    smallLeast: z.number().min(0.05).max(1).default(0.15).meta({
      title: 'Smallest small crop',
      description: "Least share of the image's area that a small view keeps.",
    }),
    smallMost: z.number().min(0.05).max(1).default(0.35).meta({
      title: 'Largest small crop',
      description: "Largest share of the image's area that a small view keeps.",
    }),
  })
  .refine(({ smallLeast, smallMost }) => smallLeast <= smallMost, {
    path: ['smallMost'],
    error: 'it must be at least smallLeast',
  });
type Params = z.output<typeof params>;

export const swav: ContrastiveLoss<typeof params> = {
  kind: 'loss',
  id: 'swav',
  title: 'SwAV',
  help: 'Predicts the other view’s soft assignment to prototypes, which are used equally over a batch.',
  reference: 'Caron et al. 2020, arXiv 2006.09882, equations 1 to 3',
  studies: ['contrastive'],
  params,
  arrays: ['z1', 'z2', 'prototypes'],
  smallViews: ({ smallViews: count, smallLeast: least, smallMost: most }) => ({ count, least, most }),
  /** Rows of zeros in a queue are places not yet filled, and take no part. */
  optionalArrays: ['queue1', 'queue2', 'small'],
  /**
   * `z1`, `z2` [batch, width], `prototypes` [prototypes, width], `queue1`, `queue2` [rows, width], `small`
   * [views · batch, width]; nats.
   */
  value: (settings, arrays) => mean(pairLosses(directions(settings, arrays), 0.5)),
  parts: (settings, arrays) => directionParts(directions(settings, arrays), 0.5),
  examples: (settings, arrays) => pairLosses(directions(settings, arrays), 0.5),
  method({ prototypes: count, queue: length }, { parameters, state, projectionWidth: width }) {
    const prototypes = parameters.normal('prototypes', [count, width], Math.sqrt(1 / width));
    const queues =
      length > 0 ? ['queue1', 'queue2'].map((name) => state.constant(name, [length, width], 0)) : [];
    return {
      ofBatch: () => ({
        prototypes,
        ...Object.fromEntries(queues.map((queue, view) => [`queue${view + 1}`, queue])),
      }),
      update({ z1, z2 }) {
        prototypes.assign(unitRows(prototypes as unknown as Tensor2D));
        for (const [view, queue] of queues.entries()) {
          push(queue, [unitRows((view === 0 ? z1 : z2) as Tensor2D)]);
        }
      },
    };
  },
};

function directions(settings: Params, arrays: LossArrays): Directions {
  const { z1, z2, prototypes, queue1, queue2, small } = arrays;
  const unit = unitRows(prototypes as Tensor2D);
  const first = cosines(z1 as Tensor2D, unit);
  const second = cosines(z2 as Tensor2D, unit);
  const further = small ? viewsOf(cosines(small as Tensor2D, unit), first.shape[0]) : [];
  const predicting = (code: Tensor2D, other: Tensor2D): Tensor1D => {
    const losses = [other, ...further].map((scores) => crossEntropy(scores, code, settings.temperature));
    return losses.length === 1 ? (losses[0] as Tensor1D) : mul(addN(losses), 1 / losses.length);
  };
  return {
    first: predicting(codes(second, queue2, unit, settings), first),
    second: predicting(codes(first, queue1, unit, settings), second),
  };
}

/** Scores of further views, one view after another: [views · batch, prototypes] → each [batch, prototypes]. */
function viewsOf(scores: Tensor2D, batch: number): Tensor2D[] {
  return split(scores, scores.shape[0] / batch, 0);
}

/** Of each row with each prototype, given at length 1: [rows, prototypes]. */
function cosines(rows: Tensor2D, prototypes: Tensor2D): Tensor2D {
  return matMul(unitRows(rows), prototypes, false, true);
}

/** −Σ_k q_k log softmax(s / τ)_k of each row, the entries of q summing to 1. */
function crossEntropy(scores: Tensor2D, code: Tensor2D, tau: number): Tensor1D {
  const logits: Tensor2D = mul(scores, 1 / tau);
  return sub(logSumExp(logits), sum(mul(code, logits), 1));
}

function codes(
  scores: Tensor2D,
  queue: Tensor | undefined,
  prototypes: Tensor2D,
  settings: Params,
): Tensor2D {
  const held = stopGradient(scores);
  if (!queue) return sinkhorn(held, undefined, settings);
  const rows = stopGradient(queue) as Tensor2D;
  const queued = cosines(rows, stopGradient(prototypes));
  const filled = step(sum(square(rows), 1, true));
  const used = concat([ones([scores.shape[0], 1]), filled], 0) as Tensor2D;
  const all = sinkhorn(concat([held, queued], 0) as Tensor2D, used, settings);
  return slice(all, [0, 0], [scores.shape[0], scores.shape[1]]);
}

/**
 * Sinkhorn and Knopp's algorithm as in the authors' code (algorithm 1 of the paper's appendix): `scores`
 * [samples, prototypes] → codes of the same shape, each row summing to 1. `used` [samples, 1] is 0 for a sample that
 * takes no part; left out, all do. Scaling all entries by one number changes nothing, so that numbers of samples and
 * prototypes do not occur.
 */
function sinkhorn(scores: Tensor2D, used: Tensor2D | undefined, { epsilon, iterations }: Params): Tensor2D {
  let plan: Tensor2D = exp(mul(sub(scores, max(scores)), 1 / epsilon)) as Tensor2D;
  if (used) plan = mul(plan, used) as Tensor2D;
  for (let round = 0; round < iterations; round++) {
    plan = divNoNan(plan, sum(plan, 0, true)) as Tensor2D;
    plan = divNoNan(plan, sum(plan, 1, true)) as Tensor2D;
  }
  return plan;
}
