/**
 * Does a head that is fitted to the source domain's labels solve the target domain? On features of both domains
 * that were learnt without labels it does where same classes of different domains are better connected than
 * different classes (Shen et al. 2022, arXiv 2204.00570; HaoChen et al. 2022, arXiv 2204.02683).
 */
import { z } from 'zod';
import type { FeatureProbe, FeatureSet, Measured } from '../definition.ts';
import { judged } from './accuracy.ts';
import { meanOf } from './covariance.ts';
import { averagedHead, secondMoment } from './featureAveraging.ts';
import { fitClassifier, linearProbe } from './linear.ts';
import { classify, type LinearClassifier } from './linearClassifier.ts';
import { rowsAt } from './rows.ts';
import { standardisedTask } from './standardised.ts';

const { l2, iterations } = linearProbe.params.shape;

const params = z.strictObject({
  of: z.enum(['projections', 'features']).default('projections').meta({
    title: 'Of',
    description:
      'What the heads see: the projections that the loss sees and theory speaks of, or the features.',
  }),
  l2: l2.meta({
    title: 'L2 penalty',
    description: 'Of the linear head: times half the squared weights, added to the mean cross-entropy.',
    scale: 'log',
  }),
  iterations: iterations.meta({
    title: 'Iterations',
    description: 'Most quasi-Newton steps of the linear head.',
    scale: 'log',
  }),
  exponent: z.number().min(-4).max(4).default(2).meta({
    title: 'Exponent t',
    description: 'The averaged head is Σ to the power −t times the class means; 0 leaves the plain means.',
  }),
  ridge: z.number().min(0).max(1).default(1e-3).meta({
    title: 'Ridge',
    description: 'Added to the diagonal of Σ, as a share of its mean eigenvalue.',
    scale: 'log',
  }),
  centred: z.boolean().default(true).meta({
    title: 'Centred',
    description: "Averaged heads see features less their mean over both domains' training examples.",
  }),
});

export const domainTransferProbe: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'domain-transfer',
  title: 'Domain transfer',
  help: "Heads fitted to the source domain's labels, judged on the target: logistic regression, and class means preconditioned by the second moment of both domains' features. The latter is the working form; the paper's pseudo-code was not seen.",
  reference: 'HaoChen et al. 2022, arXiv 2204.02683; Shen et al. 2022, arXiv 2204.00570',
  studies: ['contrastive'],
  params,
  domains: true,
  measure({ of, exponent, ridge, centred, ...fit }, task, engine) {
    const { classes } = task;
    const { train, test } = (of === 'projections' ? task.projections?.() : undefined) ?? task;
    const source = labelledSource(train);
    const measured = (name: string, head: LinearClassifier, set: FeatureSet): Measured => {
      const { accuracy, stderr, baseline } = judged(classify(set, head), set.labels, classes);
      return { name: `accuracy/${name}`, value: accuracy, stderr, detail: { baseline } };
    };
    // By both domains, without labels: what hardly varies in the source, as the domain itself, would else be blown up.
    const scaled = standardisedTask({ train, test });
    const linear = fitClassifier(labelledSource(scaled.train), classes, fit, engine);
    const origin = centred ? meanOf(train) : new Float64Array(train.width);
    const directions = secondMoment(shifted(train, origin), ridge, engine);
    const averaged = (t: number) => averagedHead(shifted(source, origin), classes, directions, t);
    const targetShifted = shifted(ofDomain(test, false), origin);
    return [
      measured('target_linear', linear, ofDomain(scaled.test, false)),
      measured('target_averaged', averaged(exponent), targetShifted),
      measured('target_mean', averaged(0), targetShifted),
      measured('source_linear', linear, ofDomain(scaled.test, true)),
    ];
  },
};

function shifted(set: FeatureSet, origin: Float64Array): FeatureSet {
  const { width } = set;
  return { ...set, features: set.features.map((value, at) => value - (origin[at % width] as number)) };
}

/** What heads learn from. */
function labelledSource(set: FeatureSet): FeatureSet {
  const { labelled = set.labels.length } = set;
  return ofDomain({ ...set, labels: set.labels.subarray(0, labelled) }, true);
}

/** The examples of the source, or all others. */
function ofDomain(set: FeatureSet, source: boolean): FeatureSet {
  const isAsked = (i: number): boolean => (set.domains?.[i] === 0) === source;
  return rowsAt(set, Int32Array.from([...set.labels.keys()].filter(isAsked)));
}
